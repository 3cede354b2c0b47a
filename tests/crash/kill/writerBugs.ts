import { setTimeout as sleep } from 'node:timers/promises';
import { resourceKey } from '@fieldchart/clinical';
import type { Database, Statement } from '@fieldchart/encrypted-sqlite';
import type { RecordStore } from '@fieldchart/record-store';

/** What a writer may do wrong: the campaign must find it out, or it could not fail. */
export type Bug = 'none' | 'says saved before it is' | 'statements commit one by one';

/** The database with a bug put between it and the store. */
export function faultyDatabase(bug: Bug, database: Database): Database {
  if (bug !== 'statements commit one by one') return database;
  const alone = async (statement: Statement) => {
    const [result] = await database.batch([statement]);
    return result ?? { changes: 0 };
  };
  return {
    ...database,
    async batch(statements) {
      const results = [];
      for (const statement of statements) results.push(await alone(statement));
      return results;
    },
    transaction: async (work) =>
      await work({
        run: async (sql, params = []) => await alone({ sql, params }),
        all: async (sql, params) => await database.all(sql, params),
      }),
  };
}

/** The store with a bug put between it and the editor. */
export function faultyStore(bug: Bug, store: RecordStore): RecordStore {
  if (bug !== 'says saved before it is') return store;
  let written: Promise<unknown> = Promise.resolve();
  return {
    ...store,
    async recordChange(change, author) {
      await written;
      written = sleep(5).then(async () => await store.recordChange(change, author));
      const { resource, basedOn } = change;
      return { key: resourceKey(resource), revision: basedOn + 1, resource, merged: false };
    },
    async recordGroup(changes, author) {
      await written;
      return await store.recordGroup(changes, author);
    },
  };
}
