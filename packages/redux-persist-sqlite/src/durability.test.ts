import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type SynchronousSqliteShape, fromNodeSqlite } from './bindings.ts';
import { createSqliteStorage } from './sqliteStorage.ts';

test('a value of 200 MB comes back whole', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'fieldchart-large-'));
  const database = new DatabaseSync(join(directory, 'state.db'));
  const open = () =>
    createSqliteStorage({ database: fromNodeSqlite(database as unknown as SynchronousSqliteShape) });
  try {
    const value = JSON.stringify({ notes: 'x'.repeat(200 * 1024 * 1024), place: '"here"' });
    await open().setItem('persist:large', value);
    expect((await open().getItem('persist:large')) === value).toBe(true);
  } finally {
    database.close();
    rmSync(directory, { recursive: true, force: true });
  }
});
