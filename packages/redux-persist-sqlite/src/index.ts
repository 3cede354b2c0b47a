export {
  createSqliteStorage,
  type SqliteBinding,
  type SqliteStorage,
  type SqliteStorageOptions,
} from './sqliteStorage.ts';
export { SqliteStorageError, type SqliteStorageErrorCode } from './sqliteStorageError.ts';
