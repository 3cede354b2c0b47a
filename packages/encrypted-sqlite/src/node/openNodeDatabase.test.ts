import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KEY } from '../contract/databaseHarness.ts';
import { openNodeDatabase } from './openNodeDatabase.ts';

let directory = '';
const key = new Uint8Array(32).fill(7);

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fieldchart-node-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('D1: writes are durable and encrypted settings hold at every open', async () => {
  const open = openNodeDatabase({ directory });
  for (let round = 0; round < 2; round += 1) {
    const database = await open({ name: 'a.db', key });
    await database.batch([
      { sql: 'CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, v TEXT)' },
      { sql: 'INSERT INTO t (v) VALUES (?)', params: ['x'], expectChanges: 1 },
    ]);
    const pragma = async (name: string) => Object.values((await database.all(`PRAGMA ${name}`))[0] ?? {})[0];
    expect(await pragma('synchronous')).toBe(2);
    expect(await pragma('temp_store')).toBe(2);
    expect(await pragma('journal_mode')).toBe('wal');
    expect(await pragma('foreign_keys')).toBe(1);
    expect(await database.all('SELECT count(*) AS n FROM t')).toEqual([{ n: round + 1 }]);
    await database.close();
  }
});

test('D4: a folder that takes no writes is refused as read-only, and nothing in it changes', async () => {
  const script = fileURLToPath(new URL('../testing/readOnlyFolder.ts', import.meta.url));
  const output = execFileSync(process.execPath, [script, directory], { encoding: 'utf8' });
  const code = 'DATABASE_READ_ONLY';
  expect(JSON.parse(output)).toEqual({ refusals: [code, code, code], changed: false });
  chmodSync(directory, 0o700);
  chmodSync(join(directory, 'closed.db'), 0o600);
  const database = await openNodeDatabase({ directory })({ name: 'closed.db', key: KEY, existing: true });
  expect(await database.all('SELECT count(*) AS n FROM t')).toEqual([{ n: 0 }]);
  await database.close();
});
