import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openNodeDatabase } from './openNodeDatabase.ts';

const directory = mkdtempSync(join(tmpdir(), 'fieldchart-node-'));
const key = new Uint8Array(32).fill(7);

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
