import { combineReducers, configureStore, createSlice, type PayloadAction } from '@reduxjs/toolkit';
import type { CaseloadFilter, CaseloadSort } from './api.ts';

/** A place in the app, as route and ids only: it never holds names or text. */
export interface Place {
  /** For instance `/clients/1f…/notes/2a…`. */
  readonly path: string;
}

export interface CaseloadView {
  readonly search: string;
  readonly filter: CaseloadFilter;
  readonly sort: CaseloadSort;
  /** Pixels. */
  readonly scroll: number;
}

export interface Settings {
  readonly language: 'en' | 'es' | 'system';
  readonly theme: 'light' | 'dark' | 'system';
  /** Locks after so many minutes without a touch or key. */
  readonly idleMinutes: number;
}

const place = createSlice({
  name: 'place',
  initialState: { path: '/' } as Place,
  reducers: {
    moved: (_state, action: PayloadAction<Place>) => action.payload,
  },
});

const caseload = createSlice({
  name: 'caseload',
  initialState: { search: '', filter: 'all', sort: 'name', scroll: 0 } as CaseloadView,
  reducers: {
    viewChanged: (state, action: PayloadAction<Partial<CaseloadView>>) => ({ ...state, ...action.payload }),
  },
});

const settings = createSlice({
  name: 'settings',
  initialState: { language: 'system', theme: 'system', idleMinutes: 10 } as Settings,
  reducers: {
    settingsChanged: (state, action: PayloadAction<Partial<Settings>>) => ({ ...state, ...action.payload }),
  },
});

/** A half-filled registration form, so that a dead battery does not cost the clinician the typing. */
const registration = createSlice({
  name: 'registration',
  initialState: {} as Readonly<Record<string, string>>,
  reducers: {
    draftChanged: (_state, action: PayloadAction<Readonly<Record<string, string>>>) => action.payload,
  },
});

/** What the app is doing: where the user is, list settings, half-filled forms. Records live in SQLite instead. */
export const activityReducer = combineReducers({
  place: place.reducer,
  caseload: caseload.reducer,
  settings: settings.reducer,
  registration: registration.reducer,
});

export type Activity = ReturnType<typeof activityReducer>;

export const { moved } = place.actions;
export const { viewChanged } = caseload.actions;
export const { settingsChanged } = settings.actions;
export const { draftChanged } = registration.actions;

/** A store that is not persisted; the session wraps the same reducer with redux-persist. */
export const createActivityStore = () => configureStore({ reducer: activityReducer });

export type ActivityStore = ReturnType<typeof createActivityStore>;
