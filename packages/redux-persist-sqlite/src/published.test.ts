import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configureStore, createSlice, type StoreEnhancer } from '@reduxjs/toolkit';
import { persistReducer, persistStore } from 'redux-persist';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type CallbackSqliteModule, fromCallbackSqlite } from './bindings.ts';
import { createSqliteStorage } from './sqliteStorage.ts';
import { type OpenFile, callbackSqliteOver, openFile } from './testing/shapes.ts';

// What users of the published storage (redux-persist-sqlite-storage 1.0.4) lost data to, shown with it as it is
// published, and that it cannot happen here. Both over the same interface, both on a real SQLite file.

const { default: publishedStorage } = createRequire(import.meta.url)('redux-persist-sqlite-storage') as {
  default: (sqlite: CallbackSqliteModule, config: { readonly name: string }) => Storage;
};

/** Its own types would replace those of version 6. */
const version4 = createRequire(import.meta.url)('redux-persist-4') as {
  autoRehydrate(): StoreEnhancer;
  persistStore(store: unknown, config: { storage: unknown; debounce: number }, done: () => void): unknown;
};

let directory: string;
let opened: OpenFile;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fieldchart-published-'));
  opened = openFile(join(directory, 'state.db'));
});
afterEach(async () => {
  // The published storage leaves transactions behind.
  await new Promise((resolve) => setTimeout(resolve, 20));
  opened.database.close();
  rmSync(directory, { recursive: true, force: true });
});

interface Storage {
  getItem(key: string): Promise<string | null | undefined>;
  setItem(key: string, value: string): Promise<unknown>;
  removeItem(key: string): Promise<unknown>;
}

const module = (delayMs = 0): CallbackSqliteModule => ({
  openDatabase: (_options, onOpen) => void setTimeout(() => onOpen(callbackSqliteOver(opened)), delayMs),
});
const published = (delayMs = 0): Storage => publishedStorage(module(delayMs), { name: 'state' });
const ours = () =>
  createSqliteStorage({ database: fromCallbackSqlite(callbackSqliteOver(opened)), legacyTable: 'store' });

const counter = createSlice({
  name: 'counter',
  initialState: { count: 0 },
  reducers: { added: (state) => ({ count: state.count + 1 }) },
});

/** Starts an app of redux-persist 6 on a storage, lets it count once, and ends it. */
async function runApp(storage: Storage, timeout: number): Promise<void> {
  const config = { key: 'root', storage, timeout };
  const reducer = persistReducer(config as never, counter.reducer);
  const store = configureStore({ reducer, middleware: (defaults) => defaults({ serializableCheck: false }) });
  const persistor = await new Promise<ReturnType<typeof persistStore>>((resolve) => {
    const made = persistStore(store, null, () => resolve(made));
  });
  store.dispatch(counter.actions.added());
  await Promise.race([persistor.flush(), new Promise((resolve) => setTimeout(resolve, 100))]).catch(() => {});
  persistor.pause();
}

function storedIn(table: string): unknown[] {
  return (opened.database as DatabaseSync).prepare(`SELECT * FROM ${table}`).all();
}

test('a missing key: the published storage never answers, ours says so at once', async () => {
  const silence = Symbol('silence');
  const wait = new Promise((resolve) => setTimeout(() => resolve(silence), 100));
  expect(
    await Promise.race([
      published()
        .getItem('persist:nothing')
        .catch(() => silence),
      wait,
    ]),
  ).toBe(silence);
  expect(await ours().getItem('persist:nothing')).toBeNull();
});

test('D3: a slow read: over the published storage the initial state is written over the data, over ours it is not', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  await published().setItem('persist:root', '{"count":"41"}');
  await runApp(published(300), 5);
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(storedIn('store')).toMatchObject([
    { value: '{"count":"1","_persist":"{\\"version\\":-1,\\"rehydrated\\":true}"}' },
  ]);

  await ours().setItem('persist:root', '{"count":"41"}');
  const quick = fromCallbackSqlite(callbackSqliteOver(opened));
  const slow = createSqliteStorage({
    database: {
      ...quick,
      all: async (sql, params) => {
        await new Promise((resolve) => setTimeout(resolve, 300));
        return await quick.all(sql, params);
      },
    },
  });
  await runApp(slow, 5);
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(await ours().getItem('persist:root')).toContain('"count":"41"');
  vi.restoreAllMocks();
});

test('D1: a failed COMMIT: the published storage has reported success, ours rejects', async () => {
  const theirs = published();
  await theirs.setItem('persist:root', 'old');
  await new Promise((resolve) => setTimeout(resolve, 20));
  opened.failNextCommit = true;
  await expect(theirs.setItem('persist:root', 'new')).resolves.toBe('new');
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(storedIn('store')).toMatchObject([{ value: 'old' }]);
  const storage = ours();
  await storage.setItem('persist:root', 'old');
  opened.failNextCommit = true;
  await expect(storage.setItem('persist:root', 'new')).rejects.toThrow('disk full');
});

test('D3: the table that the published storage filled is read in place, of duplicate keys the newest, and never changed', async () => {
  opened.database.exec('CREATE TABLE store (key, value)');
  opened.database.exec(
    `INSERT INTO store VALUES ('persist:root', '{"count":"1"}'), ('persist:root', '{"count":"2"}')`,
  );
  const storage = ours();
  expect(await storage.getItem('persist:root')).toBe('{"count":"2"}');
  expect(await storage.getAllKeys()).toEqual(['persist:root']);
  await storage.setItem('persist:root', '{"count":"3"}');
  expect(storedIn('store')).toHaveLength(2);
  expect(await ours().getItem('persist:root')).toBe('{"count":"3"}');
  await storage.removeItem('persist:root');
  expect(await ours().getItem('persist:root')).toBeNull();
});

test('D4: redux-persist 4, which redux-offline carries inside, keeps and restores its state here', async () => {
  const open = async () => {
    const store = configureStore({
      reducer: { counter: counter.reducer },
      middleware: (defaults) => defaults({ serializableCheck: false }),
      enhancers: (defaults) => defaults().concat(version4.autoRehydrate()),
    });
    await new Promise<void>((resolve) => {
      version4.persistStore(store, { storage: ours(), debounce: 0 }, resolve);
    });
    return store;
  };
  const first = await open();
  first.dispatch(counter.actions.added());
  await vi.waitFor(async () => expect(await ours().getItem('reduxPersist:counter')).toBe('{"count":1}'));
  expect((await open()).getState()).toEqual({ counter: { count: 1 } });
});
