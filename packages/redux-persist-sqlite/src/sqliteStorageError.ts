export type SqliteStorageErrorCode =
  /** The stored value is no text, or cannot be decrypted. It stays as it is. */
  | 'STORAGE_UNREADABLE'
  /** There is no key at present: nothing is written. */
  | 'STORAGE_LOCKED'
  /** The key's stored value could not be read, or was not yet: it is not overwritten until `release(key)`. */
  | 'STORAGE_READ_ONLY'
  /** Only texts are stored; leave redux-persist's `serialize` on. */
  | 'STORAGE_VALUE_REFUSED'
  | 'STORAGE_TABLE_REFUSED';

const SENTENCES: Readonly<Record<SqliteStorageErrorCode, string>> = {
  STORAGE_UNREADABLE: 'The stored value could not be read; it was left as it is',
  STORAGE_LOCKED: 'There is no key at present, so nothing is written',
  STORAGE_READ_ONLY: 'The stored value was not read, so it is not overwritten; call release(key) to allow it',
  STORAGE_VALUE_REFUSED: 'Only texts can be stored',
  STORAGE_TABLE_REFUSED: 'The table name may hold letters, digits and _ only',
};

/** A refusal of the storage itself. Faults of the database are passed on as they are. */
export class SqliteStorageError extends Error {
  readonly code: SqliteStorageErrorCode;

  constructor(code: SqliteStorageErrorCode, options?: { readonly cause: unknown }) {
    super(SENTENCES[code], options);
    this.name = 'SqliteStorageError';
    this.code = code;
  }
}
