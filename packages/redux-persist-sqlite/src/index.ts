export { createSqliteStorage, type SqliteStorage, type SqliteStorageOptions } from './sqliteStorage.ts';
export { type SqliteBinding, type SqliteStatement } from './sqliteBinding.ts';
export {
  type CallbackSqliteModule,
  type CallbackSqliteShape,
  type ExpoSqliteShape,
  type OpSqliteShape,
  type SynchronousSqliteShape,
  fromBetterSqlite3,
  fromCallbackSqlite,
  fromExpoSqlite,
  fromNodeSqlite,
  fromOpSqlite,
  openCallbackSqlite,
} from './bindings.ts';
export {
  type CryptoShape,
  type KeyHolder,
  type StateCipher,
  createKeyHolder,
  createWebCryptoCipher,
} from './stateCipher.ts';
export {
  type EncryptedState,
  type EncryptStateOptions,
  type StateTransform,
  encryptState,
} from './encryptState.ts';
export { SqliteStorageError, type SqliteStorageErrorCode } from './sqliteStorageError.ts';
