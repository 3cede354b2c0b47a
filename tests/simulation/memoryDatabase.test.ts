import { databaseContract } from '@fieldchart/encrypted-sqlite/contract';
import { describe, expect, test } from 'vitest';
import { createMemoryDisk, openMemoryDatabase } from './memoryDatabase.ts';

/** These need a file and a key; in memory there is neither. */
const ofFilesAndKeys = [
  'E2: nothing readable lies on disk, open or closed, in the file or its journals',
  'E3: a wrong key is refused at open, and the bytes stay as they were',
  'D3: a plain-text SQLite file is refused and left as it was',
  'D3: a file of a newer app is refused, and every byte stays as it was',
];
const never = () => Promise.reject(new Error('there are no files'));
const harness = { open: openMemoryDatabase(), files: never, openPlain: never };

describe('the database in memory keeps the contract, files and keys excepted', () => {
  for (const { title, run } of databaseContract) {
    if (!ofFilesAndKeys.includes(title)) test(title, () => run(harness));
  }

  test('only what needs files and keys is left out', () => {
    const titles = databaseContract.map(({ title }) => title);
    for (const title of ofFilesAndKeys) expect(titles).toContain(title);
  });
});

const TABLE = { sql: 'CREATE TABLE t (v TEXT)' };
const insert = (v: string) => ({ sql: 'INSERT INTO t VALUES (?)', params: [v] });

for (const moment of ['before', 'after'] as const) {
  test(`D4: a kill ${moment} the commit keeps what was committed, and the dead write no more`, async () => {
    const disk = createMemoryDisk();
    let kills = false;
    const at = (here: 'before' | 'after') => {
      if (kills && here === moment) disk.kill();
    };
    const first = await disk.open({
      before: async () => {
        at('before');
        return await Promise.resolve('go');
      },
      after: async () => {
        at('after');
        await Promise.resolve();
      },
    });
    await first.batch([TABLE, insert('kept')]);
    kills = true;
    let answered = false;
    const dying = first.transaction(async (transaction) => {
      await transaction.run('INSERT INTO t VALUES (?)', ['last']);
    });
    dying.then(
      () => (answered = true),
      () => (answered = true),
    );
    first.batch([insert('from the dead')]).catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));

    const second = await disk.open();
    const kept = moment === 'before' ? ['kept'] : ['kept', 'last'];
    expect((await second.all('SELECT v FROM t')).map(({ v }) => v)).toEqual(kept);
    await second.batch([insert('next')]);
    expect((await second.all('SELECT v FROM t')).map(({ v }) => v)).toEqual([...kept, 'next']);
    expect(answered).toBe(false);
  });
}

test('D3: a commit on a full disk is refused with its code, and nothing of it is there', async () => {
  const disk = createMemoryDisk();
  let full = false;
  const database = await disk.open({
    before: () => Promise.resolve(full ? 'full' : 'go'),
    after: () => Promise.resolve(),
  });
  await database.batch([TABLE]);
  full = true;
  await expect(database.batch([insert('gone')])).rejects.toMatchObject({ code: 'DATABASE_FULL' });
  full = false;
  await database.batch([insert('kept')]);
  expect(await database.all('SELECT v FROM t')).toEqual([{ v: 'kept' }]);
});

test('a copy holds the same rows and goes its own way', async () => {
  const disk = createMemoryDisk();
  const database = await disk.open();
  await database.batch([
    { sql: 'CREATE TABLE n (id INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT)' },
    { sql: "INSERT INTO n (v) VALUES ('a'), ('b')" },
    { sql: 'DELETE FROM n WHERE id = 2' },
    { sql: 'PRAGMA user_version = 7' },
  ]);
  const copy = disk.copy();
  const other = await copy.open();
  await other.batch([{ sql: "INSERT INTO n (v) VALUES ('c')" }]);
  expect(await other.all('SELECT * FROM n')).toEqual([
    { id: 1, v: 'a' },
    { id: 3, v: 'c' },
  ]);
  expect(await other.all('PRAGMA user_version')).toEqual([{ user_version: 7 }]);
  expect(await database.all('SELECT count(*) AS n FROM n')).toEqual([{ n: 1 }]);
});
