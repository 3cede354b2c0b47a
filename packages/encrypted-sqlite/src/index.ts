export type {
  Database,
  DatabaseErrorCode,
  OpenDatabase,
  OpenDatabaseOptions,
  Row,
  RunResult,
  SqlValue,
  Statement,
  Transaction,
} from './database.ts';
