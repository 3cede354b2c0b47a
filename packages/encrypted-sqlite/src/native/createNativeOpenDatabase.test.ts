import { expect, test } from 'vitest';
import { provenDamageCases } from '../contract/damageCases.ts';
import { KEY } from '../contract/databaseHarness.ts';
import { describeDamage } from '../contract/describeDatabaseContract.ts';
import { describeDatabaseContract } from '../contract/index.ts';
import { openNodeDatabase } from '../node/openNodeDatabase.ts';
import { createNativeHarness } from '../testing/nativeHarness.ts';

describeDatabaseContract("The native adapter, over a fake of op-sqlite's API", () =>
  Promise.resolve(createNativeHarness()),
);

describeDamage("The native adapter, over a fake of op-sqlite's API", provenDamageCases, () =>
  Promise.resolve(createNativeHarness()),
);

test('D3: pages that do not prove themselves are refused: SQLCipher offers no reading of them', async () => {
  const harness = createNativeHarness();
  const opening = harness.openDamaged({ name: 'a.db', key: KEY, verify: false });
  await expect(opening).rejects.toMatchObject({ code: 'DATABASE_OPTION_REFUSED' });
  await harness.dispose();
});

test('E2: an op-sqlite built without SQLCipher is refused, since it would ignore the key', async () => {
  const harness = createNativeHarness({ cipher: false });
  const opening = harness.open({ name: 'a.db', key: KEY });
  await expect(opening).rejects.toMatchObject({ code: 'DATABASE_OPTION_REFUSED' });
  await harness.dispose();
});

test('a file written through op-sqlite opens in Node, and the other way round', async () => {
  const harness = createNativeHarness();
  const first = await harness.open({ name: 'a.db', key: KEY });
  await first.batch([{ sql: 'CREATE TABLE t (v)' }, { sql: 'INSERT INTO t VALUES (?)', params: ['ñ'] }]);
  await first.close();
  const second = await openNodeDatabase({ directory: harness.directory })({ name: 'a.db', key: KEY });
  expect(await second.all('SELECT v FROM t')).toEqual([{ v: 'ñ' }]);
  await second.close();
  await harness.dispose();
});
