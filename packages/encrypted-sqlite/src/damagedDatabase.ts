import type { Row, SqlValue } from './database.ts';
import type { SqliteConnection } from './sqliteConnection.ts';

/** A damaged database, opened to save what can still be read. Nothing on the disk is changed by it. */
export interface DamagedDatabase {
  /** Rows of one query; rejects `DATABASE_CORRUPT` where it meets a damaged page. */
  all<R extends Row = Row>(sql: string, params?: readonly SqlValue[]): Promise<readonly R[]>;
  /** Releases file and key. */
  close(): Promise<void>;
}

export interface OpenDamagedOptions {
  readonly name: string;
  readonly key: Uint8Array;
  /**
   * Whether each page must prove that it is what was written. Without the proof, pages are read as they decrypt: a
   * turned bit spoils a few bytes instead of the page, and nothing says which.
   */
  readonly verify: boolean;
}

export type OpenDamaged = (options: OpenDamagedOptions) => Promise<DamagedDatabase>;

/** Sets a connection up for reading alone. Rejects where not even the first page can be read. */
export async function prepareReading(connection: SqliteConnection): Promise<void> {
  for (const pragma of [
    'query_only = ON',
    'temp_store = MEMORY',
    // SQLite then goes on with what it can read of a damaged schema, and with a file that was cut short.
    'writable_schema = ON',
  ]) {
    await connection.all(`PRAGMA ${pragma}`, []);
  }
  await connection.all('SELECT count(*) FROM sqlite_schema', []);
}
