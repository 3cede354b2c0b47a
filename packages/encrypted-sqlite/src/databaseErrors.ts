import { CodedError } from '@fieldchart/foundation';
import type { DatabaseErrorCode } from './database.ts';

export type DatabaseError = CodedError<DatabaseErrorCode>;

const SENTENCES: Readonly<Record<DatabaseErrorCode, string>> = {
  DATABASE_KEY_OR_DAMAGE: 'The key does not open this file, or the file is damaged; it was left untouched',
  DATABASE_MISSING: 'The database is not there; nothing was made in its place',
  DATABASE_JOURNAL_LOST: 'The journal is missing or damaged; the last changes may be gone',
  DATABASE_NEWER: 'A newer app has written this database; it was left untouched',
  DATABASE_CORRUPT: 'Something inside the database file is damaged',
  DATABASE_GUARD: 'A statement did not change the expected number of rows; nothing took effect',
  DATABASE_CONSTRAINT: 'A constraint refused a row',
  DATABASE_FULL: 'The storage is full; nothing of the transaction took effect',
  DATABASE_READ_ONLY: 'The storage is read-only; nothing of the transaction took effect',
  DATABASE_BUSY: 'Another process or tab holds the database file',
  DATABASE_LOST: 'The connection to the database is gone',
  DATABASE_IO: 'The storage failed to read or write',
  DATABASE_OPTION_REFUSED: 'An option cannot be honoured',
  DATABASE_SQL: 'The SQL is wrong',
  DATABASE_CLOSED: 'The database or the transaction is closed',
};

/** The coded error of the port. `detail` must never hold a parameter, a row or a key. */
export function databaseError(code: DatabaseErrorCode, detail?: string): DatabaseError {
  return new CodedError(code, detail === undefined ? SENTENCES[code] : `${SENTENCES[code]}: ${detail}`);
}

/** The port's code for one of SQLite's primary or extended result codes (https://sqlite.org/rescode.html). */
export function codeOfSqliteResult(resultCode: number): DatabaseErrorCode {
  switch (resultCode & 0xff) {
    case 5: // SQLITE_BUSY
    case 6: // SQLITE_LOCKED
    case 15: // SQLITE_PROTOCOL
      return 'DATABASE_BUSY';
    case 3: // SQLITE_PERM
    case 7: // SQLITE_NOMEM
    case 10: // SQLITE_IOERR
    case 14: // SQLITE_CANTOPEN
      return 'DATABASE_IO';
    case 8: // SQLITE_READONLY
      return 'DATABASE_READ_ONLY';
    case 11: // SQLITE_CORRUPT
      return 'DATABASE_CORRUPT';
    case 13: // SQLITE_FULL
      return 'DATABASE_FULL';
    case 19: // SQLITE_CONSTRAINT
      return 'DATABASE_CONSTRAINT';
    case 26: // SQLITE_NOTADB
      return 'DATABASE_KEY_OR_DAMAGE';
    default:
      return 'DATABASE_SQL';
  }
}

/**
 * The error for a failed SQLite call. SQLite's own text is kept only where it can hold nothing but names of
 * the schema: of constraints, and of statements that did not compile (parameters are bound later). A text from
 * a running statement may quote data, as FTS5 quotes a malformed query.
 */
export function errorOfSqliteResult(
  resultCode: number,
  text: string,
  stage: 'compile' | 'execute',
): DatabaseError {
  const code = codeOfSqliteResult(resultCode);
  const namesOnly = stage === 'compile' || code === 'DATABASE_CONSTRAINT';
  return databaseError(code, namesOnly ? text : `SQLite result ${resultCode}`);
}

/** True for faults of the storage, after which a transaction cannot go on. */
export function isStorageFault(code: DatabaseErrorCode): boolean {
  switch (code) {
    case 'DATABASE_KEY_OR_DAMAGE':
    case 'DATABASE_MISSING':
    case 'DATABASE_JOURNAL_LOST':
    case 'DATABASE_CORRUPT':
    case 'DATABASE_FULL':
    case 'DATABASE_READ_ONLY':
    case 'DATABASE_BUSY':
    case 'DATABASE_LOST':
    case 'DATABASE_IO':
      return true;
    case 'DATABASE_GUARD':
    case 'DATABASE_CONSTRAINT':
    case 'DATABASE_NEWER':
    case 'DATABASE_OPTION_REFUSED':
    case 'DATABASE_SQL':
    case 'DATABASE_CLOSED':
      return false;
  }
}
