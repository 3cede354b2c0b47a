import { CodedError } from '@fieldchart/foundation';
import type { Database } from '@fieldchart/encrypted-sqlite';
import type { RecordStoreErrorCode } from './recordStore.ts';
import { MIGRATIONS } from './schema.ts';

/**
 * Brings the database to the newest schema, each step in a transaction of its own, so that a kill between two
 * resumes at the second. A database of a newer app is refused and stays untouched.
 */
export async function migrate(
  database: Database,
  migrations: readonly (readonly string[])[] = MIGRATIONS,
): Promise<void> {
  const [row] = await database.all<{ user_version: number }>('PRAGMA user_version');
  const found = row?.user_version ?? 0;
  if (found > migrations.length) {
    throw new CodedError<RecordStoreErrorCode>(
      'STORE_NEWER_SCHEMA',
      `The database has schema ${found}, this app knows ${migrations.length}`,
    );
  }
  for (const [version, statements] of migrations.entries()) {
    if (version < found) continue;
    await database.batch([
      ...statements.map((sql) => ({ sql })),
      { sql: `PRAGMA user_version = ${version + 1}` },
    ]);
  }
}
