import type { SqliteBinding } from './sqliteBinding.ts';

// What each library offers, as far as it is used here: structural, so that none of them is a dependency.

type Rows = readonly Readonly<Record<string, unknown>>[];

/** A connection of `@op-engineering/op-sqlite`. */
export interface OpSqliteShape {
  execute(sql: string, params?: string[]): Promise<{ readonly rows: Rows }>;
  /** One transaction. */
  executeBatch(commands: [sql: string, params: string[]][]): Promise<unknown>;
}

export function fromOpSqlite(connection: OpSqliteShape): SqliteBinding {
  return {
    all: async (sql, params = []) => (await connection.execute(sql, [...params])).rows,
    batch: (statements) =>
      connection.executeBatch(statements.map(({ sql, params = [] }) => [sql, [...params]])),
  };
}

interface ExpoRunner {
  runAsync(sql: string, params: string[]): Promise<unknown>;
}

/** A database of `expo-sqlite` (its asynchronous interface). */
export interface ExpoSqliteShape {
  getAllAsync(sql: string, params: string[]): Promise<Rows>;
  withExclusiveTransactionAsync(work: (transaction: ExpoRunner) => Promise<void>): Promise<void>;
}

export function fromExpoSqlite(database: ExpoSqliteShape): SqliteBinding {
  return {
    all: (sql, params = []) => database.getAllAsync(sql, [...params]),
    batch: (statements) =>
      // Exclusive: statements of the app's own on the same connection would end up inside it otherwise.
      database.withExclusiveTransactionAsync(async (transaction) => {
        for (const { sql, params = [] } of statements) await transaction.runAsync(sql, [...params]);
      }),
  };
}

interface PreparedStatement {
  all(...params: string[]): unknown[];
  run(...params: string[]): unknown;
}

/** A database of `better-sqlite3`, or of `node:sqlite` (`DatabaseSync`). */
export interface SynchronousSqliteShape {
  prepare(sql: string): PreparedStatement;
  exec(sql: string): unknown;
}

/** `new Database(file)` of `better-sqlite3`. */
export const fromBetterSqlite3 = fromSynchronous;
/** `new DatabaseSync(file)` of `node:sqlite`. */
export const fromNodeSqlite = fromSynchronous;

function fromSynchronous(database: SynchronousSqliteShape): SqliteBinding {
  return {
    all: async (sql, params = []) => database.prepare(sql).all(...params) as Rows,
    // Everything happens before anybody else has a turn: nothing of the app's own gets into the transaction.
    batch: async (statements) => {
      database.exec('BEGIN IMMEDIATE');
      try {
        for (const { sql, params = [] } of statements) database.prepare(sql).run(...params);
        database.exec('COMMIT');
      } catch (error) {
        rollBack(database);
        throw error;
      }
    },
  };
}

function rollBack(database: SynchronousSqliteShape): void {
  try {
    database.exec('ROLLBACK');
  } catch {
    // SQLite had rolled back by itself (disk full, I/O): the first error is the one to tell.
  }
}

interface CallbackResult {
  readonly rows: { readonly length: number; item(at: number): Readonly<Record<string, unknown>> };
}

interface CallbackTransaction {
  executeSql(
    sql: string,
    params: string[],
    onResult?: (transaction: CallbackTransaction, result: CallbackResult) => void,
    onError?: (transaction: CallbackTransaction, error: unknown) => boolean | void,
  ): void;
}

/** A database of `react-native-sqlite-storage`, or of another library with the interface of WebSQL. */
export interface CallbackSqliteShape {
  transaction(
    work: (transaction: CallbackTransaction) => void,
    onError?: (error: unknown) => void,
    onCommitted?: () => void,
  ): void;
}

/** The library's module: what its users import and hand over with `{ name, location }`. */
export interface CallbackSqliteModule {
  openDatabase(
    options: { readonly name: string; readonly location?: string },
    onOpen: (database: CallbackSqliteShape) => void,
    onError: (error: unknown) => void,
  ): unknown;
}

/** A database that is open, or on its way to be. */
export function fromCallbackSqlite(
  opening: CallbackSqliteShape | Promise<CallbackSqliteShape>,
): SqliteBinding {
  return {
    async all(sql, params = []) {
      const database = await opening;
      return await new Promise<Rows>((resolve, reject) => {
        let rows: Rows = [];
        database.transaction(
          (transaction) => {
            transaction.executeSql(sql, [...params], (_transaction, result) => {
              rows = Array.from({ length: result.rows.length }, (_row, at) => result.rows.item(at));
            });
          },
          reject,
          () => resolve(rows),
        );
      });
    },
    async batch(statements) {
      const database = await opening;
      await new Promise<void>((resolve, reject) => {
        // The third callback, and not a statement's own, tells of the COMMIT.
        database.transaction(
          (transaction) => {
            for (const { sql, params = [] } of statements) transaction.executeSql(sql, [...params]);
          },
          reject,
          resolve,
        );
      });
    },
  };
}

/** Opens a database of `react-native-sqlite-storage` the way its users do. */
export function openCallbackSqlite(
  module: CallbackSqliteModule,
  options: { readonly name: string; readonly location?: string },
): SqliteBinding {
  return fromCallbackSqlite(
    new Promise<CallbackSqliteShape>((resolve, reject) => {
      module.openDatabase(options, resolve, reject);
    }),
  );
}
