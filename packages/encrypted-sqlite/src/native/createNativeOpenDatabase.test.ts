import { expect, test } from 'vitest';
import { KEY } from '../contract/databaseHarness.ts';
import { describeDatabaseContract } from '../contract/index.ts';
import { openNodeDatabase } from '../node/openNodeDatabase.ts';
import { createNodeHarness } from '../testing/nodeHarness.ts';
import { createNativeOpenDatabase } from './createNativeOpenDatabase.ts';
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
