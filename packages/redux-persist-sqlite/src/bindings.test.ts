import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3-multiple-ciphers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type SynchronousSqliteShape,
  fromBetterSqlite3,
  fromCallbackSqlite,
  fromExpoSqlite,
  fromNodeSqlite,
  fromOpSqlite,
  openCallbackSqlite,
} from './bindings.ts';
import type { SqliteBinding } from './sqliteBinding.ts';
import { createSqliteStorage } from './sqliteStorage.ts';
import { callbackSqliteOver, expoSqliteOver, openFile, opSqliteOver } from './testing/shapes.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fieldchart-bindings-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const file = () => join(directory, 'state.db');
const shapes: Readonly<Record<string, () => SqliteBinding>> = {
  'op-sqlite': () => fromOpSqlite(opSqliteOver(openFile(file()))),
  'expo-sqlite': () => fromExpoSqlite(expoSqliteOver(openFile(file()))),
  'better-sqlite3': () => fromBetterSqlite3(new BetterSqlite3(file()) as unknown as SynchronousSqliteShape),
  'node:sqlite': () => fromNodeSqlite(openFile(file()).database as unknown as SynchronousSqliteShape),
  'react-native-sqlite-storage': () => fromCallbackSqlite(callbackSqliteOver(openFile(file()))),
};

describe.each(Object.entries(shapes))('%s', (_name, bind) => {
  test('what was stored is read again, by this connection and by the next', async () => {
    const storage = createSqliteStorage({ database: bind() });
    expect(await storage.getItem('persist:root')).toBeNull();
    await storage.setItem('persist:root', '{"notes":"[1]","place":"\\"here\\""}');
    await storage.setItem('persist:root', '{"notes":"[1,2]"}');
    expect(await storage.getItem('persist:root')).toBe('{"notes":"[1,2]"}');
    const again = createSqliteStorage({ database: bind() });
    expect(await again.getItem('persist:root')).toBe('{"notes":"[1,2]"}');
    await again.removeItem('persist:root');
    expect(await again.getAllKeys()).toEqual([]);
  });

  test('D3: a batch of which one statement fails changes nothing, and rejects with the real error', async () => {
    const database = bind();
    await database.batch([{ sql: 'CREATE TABLE t (a TEXT UNIQUE)' }]);
    const batch = database.batch([
      { sql: 'INSERT INTO t VALUES (?)', params: ['x'] },
      { sql: 'INSERT INTO t VALUES (?)', params: ['x'] },
    ]);
    await expect(batch).rejects.toThrow(/UNIQUE/u);
    expect(await database.all('SELECT a FROM t')).toEqual([]);
    await expect(database.all('SELECT x FROM nowhere')).rejects.toThrow(/nowhere/u);
  });
});

test.each([
  ['op-sqlite', (opened: ReturnType<typeof openFile>) => fromOpSqlite(opSqliteOver(opened))],
  ['expo-sqlite', (opened: ReturnType<typeof openFile>) => fromExpoSqlite(expoSqliteOver(opened))],
  [
    'react-native-sqlite-storage',
    (opened: ReturnType<typeof openFile>) => fromCallbackSqlite(callbackSqliteOver(opened)),
  ],
])('D1: over %s a write whose COMMIT fails rejects, and the old value stays', async (_name, bind) => {
  const opened = openFile(file());
  const storage = createSqliteStorage({ database: bind(opened) });
  await storage.setItem('persist:root', '{"a":"1"}');
  opened.failNextCommit = true;
  await expect(storage.setItem('persist:root', '{"a":"2"}')).rejects.toThrow('disk full');
  expect(await storage.getItem('persist:root')).toBe('{"a":"1"}');
  await storage.setItem('persist:root', '{"a":"3"}');
  expect(await createSqliteStorage({ database: bind(opened) }).getItem('persist:root')).toBe('{"a":"3"}');
});

test('a module with openDatabase is opened by name and location, and a failure to open is told by every call', async () => {
  const asked: unknown[] = [];
  const database = openCallbackSqlite(
    {
      openDatabase(options, onOpen) {
        asked.push(options);
        onOpen(callbackSqliteOver(openFile(file())));
      },
    },
    { name: 'state', location: 'default' },
  );
  const storage = createSqliteStorage({ database });
  await storage.setItem('k', 'v');
  expect(await storage.getItem('k')).toBe('v');
  expect(asked).toEqual([{ name: 'state', location: 'default' }]);
  const closed = openCallbackSqlite(
    { openDatabase: (_options, _onOpen, onError) => onError(new Error('no such place')) },
    { name: 'state' },
  );
  await expect(createSqliteStorage({ database: closed }).getItem('k')).rejects.toThrow('no such place');
});
