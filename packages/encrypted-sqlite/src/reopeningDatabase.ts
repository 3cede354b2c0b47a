import { isCodedError } from '@fieldchart/foundation';
import type { Database } from './database.ts';
import { databaseError } from './databaseErrors.ts';

/**
 * A database that outlives its connection: where one is lost (a dead worker, a file handle that the platform took away),
 * the call that met it rejects, since nobody knows whether it took effect, and the next one opens the file anew.
 */
export function createReopeningDatabase(first: Database, reopen: () => Promise<Database>): Database {
  let current: Promise<Database> = Promise.resolve(first);
  let lost = false;
  let closed = false;

  const connection = (): Promise<Database> => {
    if (closed) return Promise.reject(databaseError('DATABASE_CLOSED'));
    if (lost) {
      lost = false;
      const old = current;
      current = replace(old, reopen);
      current.catch(() => (lost = true));
    }
    return current;
  };
  const through = async <Value>(work: (database: Database) => Promise<Value>): Promise<Value> => {
    const used = connection();
    const database = await used;
    try {
      return await work(database);
    } catch (error) {
      // Several calls may meet the same loss: only that of the present connection counts.
      if (isCodedError(error, 'DATABASE_LOST', 'DATABASE_IO') && used === current) lost = true;
      throw error;
    }
  };
  return {
    all: (sql, params) => through((database) => database.all(sql, params)),
    batch(statements) {
      const copy = [...statements];
      return through((database) => database.batch(copy));
    },
    transaction: (work) => through((database) => database.transaction(work)),
    async close() {
      closed = true;
      await (await current).close();
    },
  };
}

/** The old connection goes first: one file has one owner. */
async function replace(old: Promise<Database>, reopen: () => Promise<Database>): Promise<Database> {
  await old.then((database) => database.close()).catch(() => undefined);
  return await reopen();
}
