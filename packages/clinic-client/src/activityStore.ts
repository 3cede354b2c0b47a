import {
  combineReducers,
  configureStore,
  createSlice,
  type EnhancedStore,
  type PayloadAction,
} from '@reduxjs/toolkit';
import type { Database } from '@fieldchart/encrypted-sqlite';
import { createSqliteStorage } from '@fieldchart/redux-persist-sqlite';
import {
  FLUSH,
  PAUSE,
  PERSIST,
  PURGE,
  REGISTER,
  REHYDRATE,
  persistReducer,
  persistStore,
} from 'redux-persist';
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

const activityReducer = combineReducers({
  place: place.reducer,
  caseload: caseload.reducer,
  settings: settings.reducer,
  registration: registration.reducer,
});

/** What the app is doing: where the user is, list settings, half-filled forms. Records live in SQLite instead. */
export type Activity = ReturnType<typeof activityReducer>;

export const { moved } = place.actions;
export const { viewChanged } = caseload.actions;
export const { settingsChanged } = settings.actions;
export const { draftChanged } = registration.actions;

export type ActivityStore = EnhancedStore<Activity>;

export interface PersistedActivity {
  readonly store: ActivityStore;
  /** Resolves when everything dispatched so far is committed. */
  flush(): Promise<void>;
  /** Flushes and stops persisting: the store is not used afterwards (E5). */
  close(): Promise<void>;
}

/**
 * The Redux store of one unlock, restored from the user's encrypted database by redux-persist, and written back
 * to it at every change.
 */
export async function openActivityStore(database: Database): Promise<PersistedActivity> {
  const persisted = persistReducer<Activity>(
    // A slow read must not be taken for an empty one: redux-persist's own time-out is off.
    {
      key: 'activity',
      version: 1,
      storage: createSqliteStorage({ database, tableName: 'activity' }),
      timeout: 0,
    },
    activityReducer,
  );
  const store = configureStore({
    reducer: persisted,
    middleware: (defaults) =>
      defaults({
        serializableCheck: { ignoredActions: [FLUSH, PAUSE, PERSIST, PURGE, REGISTER, REHYDRATE] },
      }),
    devTools: false,
  });
  const persistor = await new Promise<ReturnType<typeof persistStore>>((resolve) => {
    const persistor = persistStore(store, null, () => resolve(persistor));
  });
  return {
    store: store as unknown as ActivityStore,
    async flush() {
      await persistor.flush();
    },
    async close() {
      await persistor.flush();
      persistor.pause();
    },
  };
}
