import { type DatabaseError, databaseError, errorOfSqliteResult } from '../databaseErrors.ts';

/**
 * SQLite's fixed English texts for its result codes (sqlite3_errstr). op-sqlite passes on the text and not the
 * number, so here, at the edge and nowhere else, a text decides.
 */
const RESULT_TEXTS: readonly (readonly [string, number])[] = [
  ['file is not a database', 26],
  ['database disk image is malformed', 11],
  ['database or disk is full', 13],
  ['disk I/O error', 10],
  ['unable to open database file', 14],
  ['attempt to write a readonly database', 8],
  ['access permission denied', 3],
  ['out of memory', 7],
  ['database is locked', 5],
  ['database table is locked', 6],
  ['locking protocol', 15],
];

const CONSTRAINT = /\b(?:UNIQUE|CHECK|FOREIGN KEY|NOT NULL|PRIMARY KEY) constraint failed\b.*/u;

/** The port's error for what op-sqlite threw. The driver's text is not kept: it may quote data. */
export function errorOfOpSqlite(error: unknown): DatabaseError {
  const text = error instanceof Error ? error.message : '';
  const constraint = CONSTRAINT.exec(text);
  if (constraint !== null) return errorOfSqliteResult(19, constraint[0], 'execute');
  const known = RESULT_TEXTS.find(([fragment]) => text.endsWith(fragment));
  if (known !== undefined) return errorOfSqliteResult(known[1], '', 'execute');
  const compile = /sqlite query error|SQL (?:prepare )?statement error/u.test(text);
  return compile ? errorOfSqliteResult(1, text, 'compile') : databaseError('DATABASE_SQL');
}

/** How SQLite answers BEGIN inside a transaction. */
export function saysInTransaction(error: unknown): boolean {
  return error instanceof Error && error.message.endsWith('cannot start a transaction within a transaction');
}

/** How SQLite answers an opening that may make no file, where there is none. */
export function saysCannotOpen(error: unknown): boolean {
  return error instanceof Error && error.message.endsWith('unable to open database file');
}
