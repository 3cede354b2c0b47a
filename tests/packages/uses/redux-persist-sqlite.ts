import {
  createSqliteStorage,
  type SqliteBinding,
  SqliteStorageError,
} from '@fieldchart/redux-persist-sqlite';

declare const console: { log(text: string): void };

const unreadable: SqliteBinding = {
  all: async () => await Promise.reject(new Error('the disk is gone')),
  batch: async () => undefined,
};
const storage = createSqliteStorage({ database: unreadable });

storage
  .getItem('root')
  .catch(async () => await storage.setItem('root', 'a default state'))
  .catch((error: unknown) => {
    const answer = error instanceof SqliteStorageError ? error.code : String(error);
    console.log(`redux-persist-sqlite answers ${answer}`);
  });
