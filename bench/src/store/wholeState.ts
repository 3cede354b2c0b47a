import { createRequire } from 'node:module';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { openNodeDatabase } from '@fieldchart/encrypted-sqlite/node';
import { createSqliteStorage } from '@fieldchart/redux-persist-sqlite';
import { combineReducers, legacy_createStore as createStore, type Reducer } from 'redux';
import { type Persistor, persistReducer, persistStore } from 'redux-persist';
import { callbackSqliteOver, openFile } from '../../../packages/redux-persist-sqlite/src/testing/shapes.ts';

/** An app that keeps all of its notes in a Redux state that redux-persist writes as one text. */
export interface WholeState {
  /** One note changed: milliseconds from the dispatch until the state that holds it is committed. */
  edit(): Promise<number>;
  readonly close: () => Promise<void>;
}

export interface StateKeeper {
  readonly name: string;
  /** What it cannot do, seen when it was tried: it would end this process. */
  readonly limit?: { readonly notes: number; readonly why: string };
  open(directory: string, notes: number): Promise<WholeState>;
}

interface Note {
  readonly text: string;
  readonly author: string;
  readonly date: string;
}
type Notes = Readonly<Record<string, Note>>;

interface Storage {
  getItem(key: string): Promise<string | null | undefined>;
  setItem(key: string, value: string): Promise<unknown>;
  removeItem(key: string): Promise<unknown>;
}

interface Kept {
  readonly storage: Storage;
  readonly transforms?: readonly unknown[];
  /** Resolves when what was handed to the storage is committed, where the storage itself says so too early. */
  readonly committed: () => Promise<unknown>;
  readonly close: () => Promise<void>;
}

const load = createRequire(import.meta.url);
const { default: publishedStorage } = load('redux-persist-sqlite-storage') as {
  default: (sqlite: unknown, config: { readonly name: string }) => Storage;
};

/** The published storage on an unencrypted file, and with the published encrypting transform; ours, encrypted. */
export const STATE_KEEPERS: readonly StateKeeper[] = [
  {
    name: 'redux-persist, plain',
    open: async (directory, notes) => await openState(published(directory), notes),
  },
  {
    name: 'redux-persist-transform-encrypt',
    limit: {
      notes: 10_000,
      why: "crypto-js throws RangeError: Invalid array length, in redux-persist's timer, which ends the app",
    },
    open: async (directory, notes) => {
      const { encryptTransform } = load('redux-persist-transform-encrypt') as {
        encryptTransform: (config: { readonly secretKey: string; onError(): void }) => unknown;
      };
      const secretKey = randomBytes(32).toString('hex');
      const transforms = [encryptTransform({ secretKey, onError: () => {} })];
      return await openState({ ...published(directory), transforms }, notes);
    },
  },
  {
    name: 'redux-persist on our engine, encrypted',
    open: async (directory, notes) => {
      const database = await openNodeDatabase({ directory })({ name: 'engine.db', key: randomBytes(32) });
      return await openState(
        {
          storage: createSqliteStorage({ database }),
          committed: () => Promise.resolve(),
          close: async () => await database.close(),
        },
        notes,
      );
    },
  },
];

function published(directory: string): Kept {
  const file = openFile(join(directory, 'published.db'));
  // As durable as ours: a commit is on the disk.
  file.database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  const sqlite = {
    openDatabase: (_options: unknown, onOpen: (database: unknown) => void) =>
      void setTimeout(() => onOpen(callbackSqliteOver(file)), 0),
  };
  return {
    storage: publishedStorage(sqlite, { name: 'state' }),
    committed: () => file.turn,
    close: async () => {
      await file.turn;
      file.database.close();
    },
  };
}

async function openState(
  { storage, transforms = [], committed, close }: Kept,
  size: number,
): Promise<WholeState> {
  // The published storage never answers for a key that it does not have.
  await storage.setItem('persist:root', '{}');
  await committed();
  const reducer = persistReducer(
    { key: 'root', storage, timeout: 0, transforms } as never,
    combineReducers({ notes: notesReducer(size) }) as Reducer,
  );
  const store = createStore(reducer);
  const persistor = await new Promise<Persistor>((resolve) => {
    const made: Persistor = persistStore(store, null, () => setTimeout(() => resolve(made), 0));
  });
  let at = 0;
  return {
    async edit() {
      at += 1;
      const start = performance.now();
      store.dispatch({ type: 'typed', id: idOf(at % size), text: noteText(at) });
      await persistor.flush();
      await committed();
      return performance.now() - start;
    },
    async close() {
      persistor.pause();
      await close();
    },
  };
}

function notesReducer(size: number): Reducer {
  const initial: Notes = Object.fromEntries(
    Array.from({ length: size }, (_, at) => [
      idOf(at),
      { text: noteText(at), author: 'ana', date: '2026-06-01T10:00:00.000Z' },
    ]),
  );
  return (notes: Notes = initial, action: { type: string; id?: string; text?: string }) => {
    const { id = '', text = '' } = action;
    const note = notes[id];
    return action.type === 'typed' && note !== undefined ? { ...notes, [id]: { ...note, text } } : notes;
  };
}

const idOf = (at: number) => `note-${String(at).padStart(6, '0')}`;

/** About a kilobyte, and not the same twice. */
const noteText = (at: number) =>
  `Visit ${String(at)}. ${'Slept badly, walked to the river, ate well. '.repeat(21)}`;
