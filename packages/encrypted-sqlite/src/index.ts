export type { DamagedDatabase, OpenDamaged, OpenDamagedOptions } from './damagedDatabase.ts';
export { createReopeningDatabase } from './reopeningDatabase.ts';
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
