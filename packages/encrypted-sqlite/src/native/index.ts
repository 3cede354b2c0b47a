export { createNativeOpenDamaged, createNativeOpenDatabase } from './createNativeOpenDatabase.ts';
export type { OpSqliteDatabase, OpSqliteOpen } from './opSqlite.ts';
export type { DatabaseFiles } from '../databaseFiles.ts';
