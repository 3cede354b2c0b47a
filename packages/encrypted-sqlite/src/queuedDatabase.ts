import type { Database, Row, SqlValue, Statement, Transaction } from './database.ts';
import type { DatabaseEngine } from './databaseEngine.ts';
import { databaseError } from './databaseErrors.ts';

/** The queue that all adapters share: every call in its turn, an interactive transaction as one turn. */
export function createQueuedDatabase(engine: DatabaseEngine): Database {
  const turns = createTurns();
  let closing: Promise<void> | undefined;
  const whileOpen = <Value>(work: () => Promise<Value>): Promise<Value> =>
    closing === undefined ? turns.take(work) : Promise.reject(databaseError('DATABASE_CLOSED'));

  return {
    all: <R extends Row>(sql: string, params: readonly SqlValue[] = []) =>
      // The caller names the row's type; SQLite cannot check it.
      whileOpen(() => engine.all(sql, params) as Promise<readonly R[]>),
    // The statements are copied: the caller may go on changing its array while the batch waits.
    batch(statements: readonly Statement[]) {
      const copy = [...statements];
      return whileOpen(() => engine.batch(copy));
    },
    transaction: (work) => whileOpen(() => inTransaction(engine, work)),
    close() {
      closing ??= turns.take(() => engine.close());
      return closing;
    },
  };
}

async function inTransaction<T>(
  engine: DatabaseEngine,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  await engine.begin();
  const turns = createTurns();
  let ended = false;
  const whileOpen = <Value>(call: () => Promise<Value>): Promise<Value> =>
    ended ? Promise.reject(databaseError('DATABASE_CLOSED', 'the transaction has ended')) : turns.take(call);
  let value: T;
  try {
    value = await work({
      run: (sql, params = []) => whileOpen(() => engine.run(sql, params)),
      all: <R extends Row>(sql: string, params: readonly SqlValue[] = []) =>
        whileOpen(() => engine.all(sql, params) as Promise<readonly R[]>),
    });
  } catch (error) {
    ended = true;
    await turns.take(() => engine.rollback());
    throw error;
  }
  ended = true;
  await turns.take(() => engine.commit());
  return value;
}

/** Runs asynchronous pieces of work one after the other, in the order in which they were handed in. */
function createTurns(): { take<Value>(work: () => Promise<Value>): Promise<Value> } {
  let last: Promise<unknown> = Promise.resolve();
  return {
    take(work) {
      const turn = last.then(work);
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}
