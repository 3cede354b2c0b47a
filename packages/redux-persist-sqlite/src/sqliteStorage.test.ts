import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configureStore, createSlice } from '@reduxjs/toolkit';
import { persistReducer, persistStore } from 'redux-persist';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Database } from '@fieldchart/encrypted-sqlite';
import { openNodeDatabase } from '@fieldchart/encrypted-sqlite/node';
import type { SqliteBinding } from './sqliteBinding.ts';
import { createSqliteStorage } from './sqliteStorage.ts';

let directory: string;
let database: Database;
const open = () => openNodeDatabase({ directory })({ name: 'state.db', key: new Uint8Array(32).fill(3) });

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'fieldchart-persist-'));
  database = await open();
});
afterEach(async () => {
  await database.close();
  rmSync(directory, { recursive: true, force: true });
});

const counter = createSlice({
  name: 'counter',
  initialState: { count: 0 },
  reducers: { added: (state) => ({ count: state.count + 1 }) },
});

async function openStore(binding: SqliteBinding) {
  const failures: unknown[] = [];
  const storage = createSqliteStorage({ database: binding });
  const reducer = persistReducer(
    {
      key: 'root',
      storage,
      timeout: 50,
      writeFailHandler: (error: unknown) => failures.push(error),
    } as Parameters<typeof persistReducer<{ count: number }>>[0],
    counter.reducer,
  );
  const store = configureStore({ reducer, middleware: (defaults) => defaults({ serializableCheck: false }) });
  const persistor = await new Promise<ReturnType<typeof persistStore>>((resolve) => {
    const made = persistStore(store, null, () => resolve(made));
  });
  return { store, persistor, storage, failures };
}

test('D4: redux-persist 6 finds its state again in a reopened database', async () => {
  const first = await openStore(database);
  first.store.dispatch(counter.actions.added());
  first.store.dispatch(counter.actions.added());
  await first.persistor.flush();
  await database.close();
  database = await open();
  const second = await openStore(database);
  expect(second.store.getState().count).toBe(2);
});

test('D3: state that could not be read in time is not overwritten by the initial state', async () => {
  const quiet = vi.spyOn(console, 'error').mockImplementation(() => {});
  const first = await openStore(database);
  first.store.dispatch(counter.actions.added());
  await first.persistor.flush();
  const slow: SqliteBinding = {
    all: async (sql, params) => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return await database.all(sql, params);
    },
    batch: (statements) => database.batch(statements),
  };
  const second = await openStore(slow);
  expect(second.store.getState().count).toBe(0);
  second.store.dispatch(counter.actions.added());
  second.store.dispatch(counter.actions.added());
  await second.persistor.flush();
  expect(second.failures).toMatchObject([{ code: 'STORAGE_READ_ONLY' }]);
  const third = await openStore(database);
  expect(third.store.getState().count).toBe(1);
  for (const { persistor } of [first, second, third]) persistor.pause();
  quiet.mockRestore();
});

test('a missing key resolves at once, in both styles', async () => {
  const storage = createSqliteStorage({ database });
  expect(await storage.getItem('nothing')).toBeNull();
  const told = await new Promise((resolve) => {
    storage.getItem('nothing', (...outcome) => resolve(outcome)).catch(() => undefined);
  });
  expect(told).toEqual([null, null]);
});

test('D3: an unreadable value latches its key read-only until the caller decides', async () => {
  const storage = createSqliteStorage({ database });
  await storage.setItem('a', 'precious');
  await database.batch([{ sql: "UPDATE redux_persist SET value = x'00ff' WHERE key = 'a'" }]);
  await expect(storage.getItem('a')).rejects.toMatchObject({ code: 'STORAGE_UNREADABLE' });
  await expect(storage.setItem('a', 'default')).rejects.toMatchObject({ code: 'STORAGE_READ_ONLY' });
  await expect(storage.removeItem('a')).rejects.toMatchObject({ code: 'STORAGE_READ_ONLY' });
  expect(await database.all('SELECT hex(value) AS v FROM redux_persist')).toEqual([{ v: '00FF' }]);
  await storage.setItem('b', 'other keys go on');
  storage.release('a');
  await storage.setItem('a', 'decided');
  expect(await storage.getItem('a')).toBe('decided');
});

test('a failed commit rejects with the real error, and the old value stays', async () => {
  const full = Object.assign(new Error('full'), { code: 'DATABASE_FULL' });
  let failing = false;
  const storage = createSqliteStorage({
    database: {
      all: (sql, params) => database.all(sql, params),
      batch: (statements) => (failing ? Promise.reject(full) : database.batch(statements)),
    },
  });
  await storage.setItem('a', 'old');
  failing = true;
  await expect(storage.setItem('a', 'new')).rejects.toBe(full);
  const told = await new Promise((resolve) => {
    storage.setItem('a', 'new', resolve).catch(() => undefined);
  });
  expect(told).toBe(full);
  failing = false;
  expect(await storage.getItem('a')).toBe('old');
});

test('the last call wins, and setItem resolves only when its value is committed', async () => {
  const storage = createSqliteStorage({ database, tableName: 'own_table' });
  const writes = Array.from({ length: 50 }, (_, at) => storage.setItem('a', `value ${at}`));
  await writes[20];
  const [row] = await database.all<{ value: string }>('SELECT value FROM own_table');
  expect(Number(row?.value.slice(6))).toBeGreaterThanOrEqual(20);
  await Promise.all(writes);
  expect(await storage.getItem('a')).toBe('value 49');
  await storage.setItem('b', '');
  expect(await storage.getAllKeys()).toEqual(['a', 'b']);
  await storage.removeItem('a');
  expect(await storage.getItem('a')).toBeNull();
  expect(await storage.getItem('b')).toBe('');
});

test('a large state comes back whole', async () => {
  const storage = createSqliteStorage({ database });
  const large = 'ñ'.repeat(8_000_000);
  await storage.setItem('large', large);
  expect((await storage.getItem('large')) === large).toBe(true);
});

test('redux-persist 4 may drop the promise: a failure told by callback is no unhandled rejection', async () => {
  const failed: unknown[] = [];
  const note = (reason: unknown) => failed.push(reason);
  process.on('unhandledRejection', note);
  const storage = createSqliteStorage({
    database: { all: () => Promise.reject(new Error('gone')), batch: () => Promise.resolve() },
  });
  let dropped: unknown;
  const told = await new Promise((resolve) => {
    dropped = storage.getAllKeys((error) => resolve(error));
  });
  expect(dropped).toBeInstanceOf(Promise);
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off('unhandledRejection', note);
  expect(told).toMatchObject({ message: 'gone' });
  expect(failed).toEqual([]);
});

test('a table name that would need quoting is refused', () => {
  expect(() => createSqliteStorage({ database, tableName: 'a"; DROP TABLE b; --' })).toThrow(/table name/u);
});
