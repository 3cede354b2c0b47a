import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { damageCases } from '../contract/damageCases.ts';
import { turned } from '../contract/damageHarness.ts';
import { KEY } from '../contract/databaseHarness.ts';
import { describeDamage } from '../contract/describeDatabaseContract.ts';
import { createNodeHarness } from '../testing/nodeHarness.ts';

describeDamage('The Node adapter', damageCases, () => Promise.resolve(createNodeHarness()));

test('D3: a journal that SQLite cannot read is kept as it was: closing would delete it', async () => {
  const harness = createNodeHarness();
  const database = await harness.open({ name: 'a.db', key: KEY });
  await database.batch([{ sql: 'CREATE TABLE t (v)' }]);
  for (let v = 0; v < 4; v += 1) await database.batch([{ sql: 'INSERT INTO t VALUES (?)', params: [v] }]);
  await harness.copyAsKilled('a.db', 'b.db');
  await database.close();
  await harness.tamper('b.db', 'journal', turned(18));
  const log = readFileSync(join(harness.directory, 'b.db-wal'));
  const opening = harness.open({ name: 'b.db', key: KEY, existing: true });
  await expect(opening).rejects.toMatchObject({ code: 'DATABASE_JOURNAL_LOST' });
  expect(readFileSync(join(harness.directory, 'b.db.journal')).equals(log)).toBe(true);
  await harness.dispose();
});
