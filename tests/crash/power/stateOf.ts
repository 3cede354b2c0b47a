import { createHash } from 'node:crypto';
import type { Database } from '@fieldchart/encrypted-sqlite';

/** A digest of every row of every table: equal for two databases that say the same. */
export async function stateOf(database: Database): Promise<string> {
  const hash = createHash('sha256');
  const schema = await database.all<{ type: string; name: string }>(
    'SELECT type, name, sql FROM sqlite_schema ORDER BY type, name',
  );
  hash.update(JSON.stringify(schema));
  hash.update(JSON.stringify(await database.all('PRAGMA user_version')));
  for (const { type, name } of schema) {
    if (type === 'table') hash.update(JSON.stringify(await database.all(`SELECT * FROM "${name}"`)));
  }
  return hash.digest('hex');
}
