/** What SQLite stores. Integers must be safe integers; booleans are 0 and 1. */
export type SqlValue = null | number | string | Uint8Array;

export type Row = Readonly<Record<string, SqlValue>>;

/** One SQL statement with its positional (`?`) parameters. */
export interface Statement {
  readonly sql: string;
  readonly params?: readonly SqlValue[];
  /**
   * If given, the statement must change exactly this many rows; otherwise the whole batch is rolled back
   * and rejects with `DATABASE_GUARD`. This is how a caller says "only if nobody moved it meanwhile".
   */
  readonly expectChanges?: number;
}

export interface RunResult {
  /** Rows inserted, updated or deleted by the statement itself (triggers not counted). */
  readonly changes: number;
}

/** A read or a write of the transaction that is open. Valid only until the transaction's work returns. */
export interface Transaction {
  run(sql: string, params?: readonly SqlValue[]): Promise<RunResult>;
  all<R extends Row = Row>(sql: string, params?: readonly SqlValue[]): Promise<readonly R[]>;
}

/**
 * One encrypted SQLite file, opened by its owner alone. All calls queue: they run one after the other in the
 * order in which they were made, and a commit is durable (synchronous=FULL) before its promise resolves.
 *
 * Every rejection is a `CodedError` with a {@link DatabaseErrorCode}; messages never hold parameters.
 */
export interface Database {
  /** Rows of one query outside a transaction. */
  all<R extends Row = Row>(sql: string, params?: readonly SqlValue[]): Promise<readonly R[]>;

  /**
   * Runs the statements in order in one immediate transaction and one hop to the engine (the keystroke path).
   * All take effect and are durable, or none.
   */
  batch(statements: readonly Statement[]): Promise<readonly RunResult[]>;

  /**
   * Runs `work` in one immediate transaction. Commits when it resolves, rolls back and rejects with the same
   * reason when it rejects. Calls made on the database itself meanwhile wait; awaiting them inside `work` would
   * wait for ever, so `work` uses its {@link Transaction} only.
   */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;

  /** Waits for what was queued, checkpoints, and releases file and key. Later calls reject DATABASE_CLOSED. */
  close(): Promise<void>;
}

export type DatabaseErrorCode =
  /** The key does not open the file, or the file is not a database (damage looks the same to the cipher). */
  | 'DATABASE_KEY_OR_DAMAGE'
  /** A database that was made before is not there, or its file is empty. Nothing was made in its place. */
  | 'DATABASE_MISSING'
  /** The file is whole and its journal is missing or damaged: the last changes before a kill may be gone. */
  | 'DATABASE_JOURNAL_LOST'
  /** Written by a newer app. Nothing was written to it. */
  | 'DATABASE_NEWER'
  /** The file opened and something in it is damaged. */
  | 'DATABASE_CORRUPT'
  /** An `expectChanges` was not met; nothing of the batch took effect. */
  | 'DATABASE_GUARD'
  /** UNIQUE, CHECK, FOREIGN KEY or NOT NULL refused a row; nothing took effect. */
  | 'DATABASE_CONSTRAINT'
  /** Disk or quota full; nothing of the transaction took effect. */
  | 'DATABASE_FULL'
  /** The storage takes no writes any more, and may still be read; nothing of the transaction took effect. */
  | 'DATABASE_READ_ONLY'
  /** Another process or tab holds the file. */
  | 'DATABASE_BUSY'
  /** The connection is gone, or in a state that nobody knows: nothing more goes through it. Open the file anew. */
  | 'DATABASE_LOST'
  /** The storage failed to read or write. */
  | 'DATABASE_IO'
  /** An option cannot be honoured here (wrong key length, unknown option, plain-text file). */
  | 'DATABASE_OPTION_REFUSED'
  /** The SQL itself is wrong. */
  | 'DATABASE_SQL'
  | 'DATABASE_CLOSED';

/** What every adapter takes. An adapter that cannot honour one of these refuses it. */
export interface OpenDatabaseOptions {
  /** The file's name, of letters, digits, `-`, `_` and `.` only; where it lies is the adapter's business. */
  readonly name: string;
  /** 32 random bytes: the raw key. The adapter copies what it needs; the caller may overwrite it afterwards. */
  readonly key: Uint8Array;
  /** The database was made before: where it is not there the answer is DATABASE_MISSING, and nothing is made. */
  readonly existing?: boolean;
  /** Opens although the journal was lost, with what had reached the file itself. */
  readonly acceptLostJournal?: boolean;
  /**
   * The highest `user_version` that the caller knows. A file of a higher one is refused with DATABASE_NEWER before
   * anything is written to it.
   */
  readonly newestVersion?: number;
}

export type OpenDatabase = (options: OpenDatabaseOptions) => Promise<Database>;
