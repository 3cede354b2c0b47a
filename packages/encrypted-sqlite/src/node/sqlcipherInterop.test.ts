import { join } from 'node:path';
import { Database as SqlCipher } from '@signalapp/sqlcipher';
import { hexEncode } from '@fieldchart/foundation';
import { afterAll, expect, test } from 'vitest';
import { KEY } from '../contract/databaseHarness.ts';
import { createNodeHarness } from '../testing/nodeHarness.ts';

const harness = createNodeHarness();
afterAll(() => harness.dispose());

function openSqlCipher(name: string): SqlCipher {
  const sqlCipher = new SqlCipher(join(harness.directory, name));
  sqlCipher.pragma(`key = "x'${hexEncode(KEY)}'"`);
  return sqlCipher;
}

test('E2: a file that we wrote opens in real SQLCipher 4 with the raw key', async () => {
  const database = await harness.open({ name: 'ours.db', key: KEY });
  await database.batch([
    { sql: 'CREATE TABLE t (v TEXT)' },
    { sql: 'INSERT INTO t VALUES (?)', params: ['durmió mejor'] },
  ]);
  await database.close();
  const sqlCipher = openSqlCipher('ours.db');
  expect(String(sqlCipher.pragma('cipher_version', { simple: true }))).toMatch(/^4\./u);
  expect(sqlCipher.prepare('SELECT v FROM t').all()).toEqual([{ v: 'durmió mejor' }]);
  expect(sqlCipher.pragma('cipher_integrity_check')).toEqual([]);
  sqlCipher.close();
});

test('E2: a file that real SQLCipher 4 wrote opens here', async () => {
  const sqlCipher = openSqlCipher('theirs.db');
  sqlCipher.exec("CREATE TABLE t (v TEXT); INSERT INTO t VALUES ('durmió mejor')");
  sqlCipher.close();
  const database = await harness.open({ name: 'theirs.db', key: KEY });
  expect(await database.all('SELECT v FROM t')).toEqual([{ v: 'durmió mejor' }]);
  await database.close();
});
