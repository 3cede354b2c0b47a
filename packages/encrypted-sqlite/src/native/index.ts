export { createNativeOpenDamaged, createNativeOpenDatabase } from './createNativeOpenDatabase.ts';
export type { OpSqliteDatabase, OpSqliteOpen } from './opSqlite.ts';
