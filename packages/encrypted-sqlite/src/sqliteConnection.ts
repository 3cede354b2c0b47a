import type { OpenDatabaseOptions, Row, RunResult, SqlValue, Statement } from './database.ts';
import { databaseError } from './databaseErrors.ts';
import { type JournalFile, beginJournal } from './journal.ts';

export type MaybePromise<Value> = Value | Promise<Value>;

/**
 * The little that the portable part needs of a SQLite driver: one open connection, used by one caller at a time.
 * Every fault is thrown as a `CodedError` of the port.
 */
export interface SqliteConnection {
  run(sql: string, params: readonly SqlValue[]): MaybePromise<RunResult>;
  all(sql: string, params: readonly SqlValue[]): MaybePromise<readonly Row[]>;
  /** Whether a transaction is open. SQLite ends one by itself on some faults. */
  inTransaction(): MaybePromise<boolean>;
  close(): MaybePromise<void>;
}

/**
 * Set at every open, after the key was proven. The journal mode is read back by {@link prepareConnection};
 * `fullfsync` makes Apple's systems reach the medium and is ignored elsewhere.
 */
const PRAGMAS = [
  'PRAGMA synchronous = FULL',
  'PRAGMA fullfsync = ON',
  'PRAGMA checkpoint_fullfsync = ON',
  'PRAGMA temp_store = MEMORY',
  // KiB, negative by SQLite's rule. Each page that is read anew is decrypted anew: with SQLite's own 2 MB a list of
  // found notes, which lie anywhere in the file, is read and decrypted again at every letter of a search.
  'PRAGMA cache_size = -16384',
  'PRAGMA foreign_keys = ON',
  // What is deleted is overwritten, in its page and on the list of free ones.
  'PRAGMA secure_delete = ON',
];

/**
 * Proves the key by the first read, takes the file for this connection alone, and sets what durability and
 * secrecy rest on. Nothing is written before the key is proven and the version is one that the caller knows.
 */
export async function prepareConnection(
  connection: SqliteConnection,
  { existing, acceptLostJournal, newestVersion, journal }: PrepareOptions,
): Promise<void> {
  await connection.all('PRAGMA locking_mode = EXCLUSIVE', []);
  await connection.all('SELECT count(*) FROM sqlite_schema', []);
  // SQLite takes an empty file for a new database.
  const [pages] = await connection.all('PRAGMA page_count', []);
  if (existing && pages?.['page_count'] === 0) throw databaseError('DATABASE_MISSING', 'the file is empty');
  refuseNewer(await readVersion(connection), newestVersion);
  // Never a rollback journal: in the web's build the cipher encrypts the second header of one that stays open, and a
  // kill in that transaction leaves a damaged file.
  const [mode] = await connection.all('PRAGMA journal_mode = WAL', []);
  if (mode?.['journal_mode'] !== 'wal')
    throw databaseError('DATABASE_OPTION_REFUSED', 'no write-ahead log here');
  for (const pragma of PRAGMAS) await connection.all(pragma, []);
  const [synchronous] = await connection.all('PRAGMA synchronous', []);
  if (synchronous?.['synchronous'] !== 2) throw databaseError('DATABASE_OPTION_REFUSED', 'synchronous=FULL');
  await beginJournal(connection, { acceptLostJournal, journal });
}

/** The database's `user_version`; it names the schema. */
export async function readVersion(connection: SqliteConnection): Promise<number> {
  const [row] = await connection.all('PRAGMA user_version', []);
  return Number(row?.['user_version'] ?? 0);
}

export function refuseNewer(found: number, newest: number): void {
  if (found > newest) throw databaseError('DATABASE_NEWER', `version ${found}, and ${newest} is known`);
}

export interface PrepareOptions extends Required<
  Pick<OpenDatabaseOptions, 'existing' | 'acceptLostJournal' | 'newestVersion'>
> {
  /** The write-ahead log as it lay there before this opening. */
  readonly journal: JournalFile;
}

/**
 * The rows that a statement changed, given SQLite's own counter: the counter keeps its old value over
 * statements that are no INSERT, UPDATE, DELETE or REPLACE, so for those the answer is 0.
 */
export function changesOf(sql: string, counter: number): number {
  return /^\s*(?:insert|update|delete|replace|with)\b/iu.test(sql) ? counter : 0;
}

// Transactions belong to the engine; an attached file would be a second database that nobody keyed.
const RESERVED = /^\s*(?:begin|commit|end|rollback|savepoint|release|attach|detach)\b/iu;

/** Refuses statements that would break the port's promises, and values that a driver would store changed. */
export function checkStatement({ sql, params = [] }: Pick<Statement, 'sql' | 'params'>): void {
  if (RESERVED.test(sql)) {
    throw databaseError('DATABASE_SQL', 'transactions and attached files are not for statements');
  }
  for (const value of params) {
    if (value === null || value instanceof Uint8Array) continue;
    if (typeof value === 'string') {
      // Drivers that pass C strings would cut the text at the first NUL.
      if (value.includes('\0')) throw databaseError('DATABASE_SQL', 'a text parameter holds U+0000');
    } else if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw databaseError('DATABASE_SQL', 'a parameter is neither null, finite number, text nor bytes');
    }
  }
}
