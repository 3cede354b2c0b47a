import { expect, test } from 'vitest';
import { turned } from '../contract/damageHarness.ts';
import { KEY } from '../contract/databaseHarness.ts';
import { describeDatabaseContract } from '../contract/index.ts';
import { openNodeDatabase } from '../node/openNodeDatabase.ts';
import { createNodeHarness } from '../testing/nodeHarness.ts';
import { createNativeOpenDamaged, createNativeOpenDatabase } from './createNativeOpenDatabase.ts';
import { createFakeOpSqlite } from '../testing/fakeOpSqlite.ts';

describeDatabaseContract("The native adapter, over a fake of op-sqlite's API", () => {
  const node = createNodeHarness();
  const open = createNativeOpenDatabase({ ...createFakeOpSqlite(), location: node.directory });
  return Promise.resolve({ ...node, open });
});

test('E2: an op-sqlite built without SQLCipher is refused, since it would ignore the key', async () => {
  const harness = createNodeHarness();
  const open = createNativeOpenDatabase({
    ...createFakeOpSqlite({ cipher: false }),
    location: harness.directory,
  });
  await expect(open({ name: 'a.db', key: KEY })).rejects.toMatchObject({ code: 'DATABASE_OPTION_REFUSED' });
  await harness.dispose();
});

test('a file written through op-sqlite opens in Node, and the other way round', async () => {
  const harness = createNodeHarness();
  const native = createNativeOpenDatabase({ ...createFakeOpSqlite(), location: harness.directory });
  const first = await native({ name: 'a.db', key: KEY });
  await first.batch([{ sql: 'CREATE TABLE t (v)' }, { sql: 'INSERT INTO t VALUES (?)', params: ['ñ'] }]);
  await first.close();
  const second = await openNodeDatabase({ directory: harness.directory })({ name: 'a.db', key: KEY });
  expect(await second.all('SELECT v FROM t')).toEqual([{ v: 'ñ' }]);
  await second.close();
  await harness.dispose();
});

test('D3: of a damaged file what can be read is read, by reading alone; a missing one is told and not made', async () => {
  const harness = createNodeHarness();
  const driver = { ...createFakeOpSqlite(), location: harness.directory };
  const database = await createNativeOpenDatabase(driver)({ name: 'a.db', key: KEY });
  const rows = Array.from({ length: 100 }, (_, id) => ({
    sql: 'INSERT INTO t VALUES (?, ?)',
    params: [id, 'x'.repeat(400)],
  }));
  await database.batch([{ sql: 'CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)' }, ...rows]);
  await database.close();
  await harness.tamper('a.db', 'database', turned(5 * 4096 + 100));
  const damaged = await createNativeOpenDamaged(driver)({ name: 'a.db', key: KEY, verify: true });
  expect(await damaged.all('SELECT id FROM t WHERE id = 99')).toEqual([{ id: 99 }]);
  await expect(damaged.all('SELECT sum(length(v)) FROM t')).rejects.toMatchObject({
    code: 'DATABASE_CORRUPT',
  });
  await expect(damaged.all('DELETE FROM t')).rejects.toMatchObject({ code: 'DATABASE_READ_ONLY' });
  await damaged.close();
  const open = createNativeOpenDatabase(driver);
  for (let time = 0; time < 2; time += 1) {
    await expect(open({ name: 'gone.db', key: KEY, existing: true })).rejects.toMatchObject({
      code: 'DATABASE_MISSING',
    });
  }
  await harness.dispose();
});
