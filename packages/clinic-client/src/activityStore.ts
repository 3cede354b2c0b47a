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
import type { CaseloadFilter, CaseloadGroups, CaseloadSort, NoteNarrowing } from './queries.ts';

/** A place in the app, as route and ids only: it never holds names or text. */
export interface Place {
  /** For instance `/clients/1f…/notes/2a…`. */
  readonly path: string;
}

export interface CaseloadView {
  /** What the search box looks through. */
  readonly subject: 'clients' | 'notes';
  readonly search: string;
  readonly filter: CaseloadFilter;
  readonly groups: CaseloadGroups;
  readonly sort: CaseloadSort;
  readonly notes: NoteNarrowing;
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
  initialState: {
    subject: 'clients',
    search: '',
    filter: 'all',
    groups: {},
    sort: 'name',
    notes: {},
    scroll: 0,
  } as CaseloadView,
  reducers: {
    viewChanged: (state, action: PayloadAction<Partial<CaseloadView>>) => ({ ...state, ...action.payload }),
  },
});

/** What was last asked of one client's notes. */
export interface ClientNotesView {
  /** Of another client nothing was asked yet. */
  readonly clientId: string | null;
  readonly search: string;
  readonly notes: NoteNarrowing;
  /** Pixels. */
  readonly scroll: number;
}

const NOTHING_ASKED = { search: '', notes: {}, scroll: 0 } as const;

const clientNotes = createSlice({
  name: 'clientNotes',
  initialState: { clientId: null, ...NOTHING_ASKED } as ClientNotesView,
  reducers: {
    clientNotesAsked: (
      state,
      { payload }: PayloadAction<Partial<ClientNotesView> & { readonly clientId: string }>,
    ): ClientNotesView => ({ ...(state.clientId === payload.clientId ? state : NOTHING_ASKED), ...payload }),
  },
});

/** Clients whom the user looks for most: by id alone. */
export interface Familiar {
  /** In the order in which they were pinned. */
  readonly pinned: readonly string[];
  /** Whose record was opened lately, the last one first. */
  readonly recent: readonly string[];
}

const RECENT = 5;
const CLIENT_PATH = /^\/clients\/([0-9a-f-]{36})(?:\/|$)/u;

const familiar = createSlice({
  name: 'familiar',
  initialState: { pinned: [], recent: [] } as Familiar,
  reducers: {
    pinToggled: (state, { payload: id }: PayloadAction<string>): Familiar => ({
      ...state,
      pinned: state.pinned.includes(id) ? state.pinned.filter((one) => one !== id) : [...state.pinned, id],
    }),
  },
  extraReducers: (builder) => {
    builder.addCase(place.actions.moved, (state, { payload }): Familiar => {
      const id = CLIENT_PATH.exec(payload.path)?.[1];
      if (id === undefined || id === state.recent[0]) return state;
      return { ...state, recent: [id, ...state.recent.filter((one) => one !== id)].slice(0, RECENT) };
    });
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

/** What is typed while a refused change is mended or a conflict decided: a kill in the middle costs nothing. */
export interface MendDraft {
  /** Texts by field code; only what was changed or chosen. */
  readonly texts: Readonly<Record<string, string>>;
  /** In a conflict, whose text each field started from. */
  readonly picks: Readonly<Record<string, ConflictPick>>;
  /** Where the cursor was. */
  readonly position: { readonly field: string; readonly start: number; readonly end: number } | null;
  /** Which texts it was begun on: the answer's `seen`. */
  readonly seen: string;
}

export type ConflictPick = 'mine' | 'theirs' | 'now' | 'both';

/** By mutation id. */
type MendDrafts = Readonly<Record<string, MendDraft>>;

const mending = createSlice({
  name: 'mending',
  initialState: {} as MendDrafts,
  reducers: {
    mendTyped: (
      state,
      action: PayloadAction<{ readonly mutationId: string; readonly draft: MendDraft }>,
    ): MendDrafts => ({ ...state, [action.payload.mutationId]: action.payload.draft }),
    mendForgotten: (state, action: PayloadAction<{ readonly mutationId: string }>): MendDrafts =>
      Object.fromEntries(Object.entries(state).filter(([id]) => id !== action.payload.mutationId)),
  },
});

const activityReducer = combineReducers({
  place: place.reducer,
  caseload: caseload.reducer,
  clientNotes: clientNotes.reducer,
  familiar: familiar.reducer,
  settings: settings.reducer,
  registration: registration.reducer,
  mending: mending.reducer,
});

/** What the app is doing: where the user is, list settings, half-filled forms. Records live in SQLite instead. */
export type Activity = ReturnType<typeof activityReducer>;

export const { moved } = place.actions;
export const { viewChanged } = caseload.actions;
export const { clientNotesAsked } = clientNotes.actions;
export const { pinToggled } = familiar.actions;
export const { settingsChanged } = settings.actions;
export const { draftChanged } = registration.actions;
export const { mendTyped, mendForgotten } = mending.actions;

export type ActivityStore = EnhancedStore<Activity>;

export interface PersistedActivity {
  readonly store: ActivityStore;
  /** Resolves when everything dispatched so far is committed; rejects while the database does not take it. */
  flush(): Promise<void>;
  /** Flushes and stops persisting: the store is not used afterwards (E5). */
  close(): Promise<void>;
  /** Stops persisting: what is not written stays unwritten. */
  abandon(): void;
}

/**
 * The Redux store of one unlock, restored from the user's encrypted database by redux-persist, and written back
 * to it at every change.
 */
export async function openActivityStore(database: Database): Promise<PersistedActivity> {
  const storage = createKeepingStorage(createSqliteStorage({ database, tableName: 'activity' }));
  const persisted = persistReducer<Activity>(
    // A slow read must not be taken for an empty one: redux-persist's own time-out is off.
    { key: 'activity', version: 1, storage, timeout: 0 },
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
      await storage.writeAgain();
    },
    async close() {
      await persistor.flush();
      await storage.writeAgain();
      persistor.pause();
    },
    abandon: () => persistor.pause(),
  };
}

/** redux-persist drops a write that fails. Here it is kept until it was made, or a later one was. */
function createKeepingStorage(storage: ReturnType<typeof createSqliteStorage>) {
  let unwritten: { readonly key: string; readonly value: string } | undefined;
  const setItem = async (key: string, value: string) => {
    const write = { key, value };
    unwritten = write;
    await storage.setItem(key, value);
    if (unwritten === write) unwritten = undefined;
  };
  return {
    ...storage,
    setItem,
    writeAgain: async () => {
      if (unwritten !== undefined) await setItem(unwritten.key, unwritten.value);
    },
  };
}
