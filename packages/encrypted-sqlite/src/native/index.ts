export { createNativeOpenDamaged, createNativeOpenDatabase } from './createNativeOpenDatabase.ts';
export type { OpSqliteDatabase, OpSqliteOpen } from './opSqlite.ts';
export type { NativeFiles } from './nativeFiles.ts';
