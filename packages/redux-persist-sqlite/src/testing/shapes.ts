import { DatabaseSync } from 'node:sqlite';
import type { CallbackSqliteShape, ExpoSqliteShape, OpSqliteShape } from '../bindings.ts';

// The interfaces of libraries that run on phones alone, over Node's own SQLite, as their documentation describes them.

type Rows = readonly Readonly<Record<string, unknown>>[];

export interface OpenFile {
  readonly database: DatabaseSync;
  /** The next COMMIT fails, as on a full disk. */
  failNextCommit: boolean;
  /** Transactions on one connection follow each other. */
  turn: Promise<unknown>;
}

export function openFile(file: string): OpenFile {
  return { database: new DatabaseSync(file), failNextCommit: false, turn: Promise.resolve() };
}

function inTransaction(file: OpenFile, work: () => Promise<void>): Promise<void> {
  const mine = file.turn.then(() => runTransaction(file, work));
  file.turn = mine.catch(() => undefined);
  return mine;
}

async function runTransaction(file: OpenFile, work: () => Promise<void>): Promise<void> {
  file.database.exec('BEGIN');
  try {
    await work();
    if (file.failNextCommit) throw new Error('disk full');
    file.database.exec('COMMIT');
  } catch (error) {
    file.failNextCommit = false;
    file.database.exec('ROLLBACK');
    throw error;
  }
}

export function opSqliteOver(file: OpenFile): OpSqliteShape {
  const { database } = file;
  return {
    execute: async (sql, params = []) => ({ rows: database.prepare(sql).all(...params) as Rows }),
    executeBatch: (commands) =>
      inTransaction(file, async () => {
        for (const [sql, params] of commands) database.prepare(sql).run(...params);
      }),
  };
}

export function expoSqliteOver(file: OpenFile): ExpoSqliteShape {
  const { database } = file;
  return {
    getAllAsync: async (sql, params) => database.prepare(sql).all(...params) as Rows,
    withExclusiveTransactionAsync: (work) =>
      inTransaction(file, () =>
        work({ runAsync: async (sql, params) => database.prepare(sql).run(...params) }),
      ),
  };
}

/** Statements run one after the other, their callbacks before the COMMIT, the transaction's own after it. */
export function callbackSqliteOver(file: OpenFile): CallbackSqliteShape {
  const { database } = file;
  return {
    transaction(work, onError = () => {}, onCommitted = () => {}) {
      const waiting: (() => void)[] = [];
      const transaction: Parameters<typeof work>[0] = {
        executeSql(sql, params = [], onResult) {
          waiting.push(() => {
            const rows = database.prepare(sql).all(...params) as Rows;
            onResult?.(transaction, {
              rows: { length: rows.length, item: (at) => rows[at] as Readonly<Record<string, unknown>> },
            });
          });
        },
      };
      work(transaction);
      inTransaction(file, async () => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          await Promise.resolve();
          next();
        }
      }).then(onCommitted, onError);
    },
  };
}
