import { isCodedError } from '@fieldchart/foundation';
import type { DatabaseErrorCode, Row, RunResult, SqlValue, Statement } from './database.ts';
import { type DatabaseError, databaseError, isStorageFault } from './databaseErrors.ts';
import { endJournal } from './journal.ts';
import { type SqliteConnection, checkStatement } from './sqliteConnection.ts';

/**
 * One connection with transactions, for one caller at a time: the queue before it sees to that. It stands where
 * the connection is (on the web in the worker), so that a batch is one hop.
 */
export interface DatabaseEngine {
  all(sql: string, params: readonly SqlValue[]): Promise<readonly Row[]>;
  run(sql: string, params: readonly SqlValue[]): Promise<RunResult>;
  batch(statements: readonly Statement[]): Promise<readonly RunResult[]>;
  begin(): Promise<void>;
  /** Commits, or rejects with everything rolled back. */
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** Checkpoints and releases the file; it is released even where the checkpoint fails. */
  close(): Promise<void>;
}

/** Puts transactions over a prepared connection. */
export function createDatabaseEngine(connection: SqliteConnection): DatabaseEngine {
  let open = false;
  // The fault that ended the transaction under way; what follows in it must not run outside of it.
  let doom: DatabaseError | undefined;
  // A rollback that cannot be proven leaves the connection in an unknown state: nothing more goes through it.
  let broken: DatabaseError | undefined;

  const guarded = async <Value>(
    statement: { sql: string; params: readonly SqlValue[] },
    work: () => Value | Promise<Value>,
  ): Promise<Value> => {
    if (broken !== undefined) throw broken;
    if (doom !== undefined) throw doom;
    checkStatement(statement);
    try {
      return await work();
    } catch (error) {
      const fault = toDatabaseError(error);
      if (open && (isStorageFault(fault.code) || !(await connection.inTransaction()))) doom = fault;
      throw fault;
    }
  };
  const begin = async () => {
    if (broken !== undefined) throw broken;
    try {
      await connection.run('BEGIN IMMEDIATE', []);
    } catch (error) {
      throw toDatabaseError(error);
    }
    open = true;
    doom = undefined;
  };
  const rollback = async () => {
    open = false;
    doom = undefined;
    try {
      // After SQLITE_FULL, IOERR and their like SQLite may have rolled back by itself.
      if (await connection.inTransaction()) await connection.run('ROLLBACK', []);
      if (await connection.inTransaction()) throw databaseError('DATABASE_IO', 'the transaction did not end');
    } catch (error) {
      broken = databaseError('DATABASE_LOST', toDatabaseError(error).code);
      throw broken;
    }
  };
  const commit = async () => {
    try {
      if (doom !== undefined) throw doom;
      await connection.run('COMMIT', []);
      open = false;
    } catch (error) {
      await rollback();
      throw toDatabaseError(error);
    }
  };
  const run = (sql: string, params: readonly SqlValue[]) =>
    guarded({ sql, params }, () => connection.run(sql, params));

  return {
    all: (sql, params) => guarded({ sql, params }, () => connection.all(sql, params)),
    run,
    async batch(statements) {
      await begin();
      const results: RunResult[] = [];
      try {
        for (const [at, { sql, params = [], expectChanges }] of statements.entries()) {
          const result = await run(sql, params);
          if (expectChanges !== undefined && result.changes !== expectChanges) {
            throw databaseError(
              'DATABASE_GUARD',
              `statement ${at} changed ${result.changes} rows, expected ${expectChanges}`,
            );
          }
          results.push(result);
        }
      } catch (error) {
        await rollback();
        throw error;
      }
      await commit();
      return results;
    },
    begin,
    commit,
    rollback,
    async close() {
      try {
        if (broken === undefined) await endJournal(connection);
      } finally {
        await connection.close();
      }
    },
  };
}

/** A driver's fault that no adapter translated is a fault of the storage, never "empty". */
function toDatabaseError(error: unknown): DatabaseError {
  if (isCodedError<DatabaseErrorCode>(error)) return error;
  return databaseError('DATABASE_IO', error instanceof Error ? error.name : undefined);
}
