import { afterEach, beforeEach, expect, test } from 'vitest';
import { KEY } from './contract/databaseHarness.ts';
import type { Database } from './database.ts';
import { databaseError } from './databaseErrors.ts';
import { createReopeningDatabase } from './reopeningDatabase.ts';
import { createNodeHarness } from './testing/nodeHarness.ts';

let harness: ReturnType<typeof createNodeHarness>;
beforeEach(() => {
  harness = createNodeHarness();
});
afterEach(() => harness.dispose());

const insert = (v: string) => [{ sql: 'INSERT INTO t VALUES (?)', params: [v] }];

/** A real file whose connections can be told to be lost. */
async function scene() {
  let lose: 'DATABASE_LOST' | 'DATABASE_IO' | 'after the commit' | undefined;
  let mayOpen = true;
  let opened = 0;
  const open = async (): Promise<Database> => {
    if (!mayOpen) throw databaseError('DATABASE_IO');
    opened += 1;
    const database = await harness.open({ name: 'a.db', key: KEY });
    return {
      ...database,
      async batch(statements) {
        if (lose === 'after the commit') await database.batch(statements);
        if (lose !== undefined) throw databaseError(lose === 'DATABASE_IO' ? lose : 'DATABASE_LOST');
        return await database.batch(statements);
      },
    };
  };
  const database = createReopeningDatabase(await open(), open);
  await database.batch([{ sql: 'CREATE TABLE t (v)' }]);
  return {
    database,
    opened: () => opened,
    lose: (how: typeof lose) => (lose = how),
    storage: (answers: boolean) => (mayOpen = answers),
  };
}

test('D1: after a lost connection the call rejects, and the next one writes through a new connection', async () => {
  for (const code of ['DATABASE_LOST', 'DATABASE_IO'] as const) {
    const { database, lose, opened } = await scene();
    lose(code);
    await expect(database.batch(insert('a'))).rejects.toMatchObject({ code });
    lose(undefined);
    await database.batch(insert('b'));
    expect(await database.all('SELECT v FROM t')).toEqual([{ v: 'b' }]);
    expect(opened()).toBe(2);
    await database.close();
    await harness.dispose();
    harness = createNodeHarness();
  }
});

test('D3: what was committed before the connection was lost is there', async () => {
  const { database, lose } = await scene();
  lose('after the commit');
  await expect(database.batch(insert('a'))).rejects.toMatchObject({ code: 'DATABASE_LOST' });
  lose(undefined);
  expect(await database.all('SELECT v FROM t')).toEqual([{ v: 'a' }]);
  await database.close();
});

test('while the storage does not answer each call tries again, and several at once open it once', async () => {
  const { database, lose, storage, opened } = await scene();
  lose('DATABASE_LOST');
  storage(false);
  await expect(database.batch(insert('a'))).rejects.toMatchObject({ code: 'DATABASE_LOST' });
  for (let time = 0; time < 3; time += 1) {
    await expect(database.all('SELECT 1')).rejects.toMatchObject({ code: 'DATABASE_IO' });
  }
  lose(undefined);
  storage(true);
  await Promise.all([database.batch(insert('a')), database.batch(insert('b')), database.all('SELECT 1')]);
  expect(opened()).toBe(2);
  await database.close();
  await expect(database.all('SELECT 1')).rejects.toMatchObject({ code: 'DATABASE_CLOSED' });
});
