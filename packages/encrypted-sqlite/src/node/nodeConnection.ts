import Driver, { type Statement as Prepared } from 'better-sqlite3-multiple-ciphers';
import type { Row, SqlValue } from '../database.ts';
import { type DatabaseError, databaseError, errorOfSqliteResult } from '../databaseErrors.ts';
import { createStatementCache } from '../statementCache.ts';
import { type SqliteConnection, changesOf } from '../sqliteConnection.ts';

/** Opens the driver on a file. With `keyHex` the file is SQLCipher 4 under that raw key, without it plain SQLite. */
export function openNodeConnection(
  path: string,
  keyHex: string | undefined,
  { verify = true, damaged = false }: { readonly verify?: boolean; readonly damaged?: boolean } = {},
): SqliteConnection {
  const driver = attempt('execute', () => new Driver(path, { timeout: 0 }));
  try {
    // The driver forbids what SQLite offers for damaged schemas.
    if (damaged) driver.unsafeMode();
    if (keyHex !== undefined) {
      // In SQLite3MultipleCiphers only the form `raw:HEX` is a key; every other form becomes a passphrase.
      driver.pragma("cipher='sqlcipher'");
      driver.pragma('legacy=4');
      if (!verify) driver.pragma('hmac_check=0');
      driver.pragma(`key="raw:${keyHex}"`);
    }
  } catch (error) {
    driver.close();
    throw toDatabaseError(error, 'execute');
  }
  const statements = createStatementCache<Prepared>({
    prepare: (sql) => attempt('compile', () => driver.prepare(sql)),
    discard: () => {},
  });

  const changes = () => {
    const [row] = statements.get('SELECT changes() AS n').all() as { n: number }[];
    return row?.n ?? 0;
  };

  return {
    run(sql, params) {
      const statement = statements.get(sql);
      return attempt('execute', () => {
        if (!statement.reader) return { changes: changesOf(sql, statement.run(...params).changes) };
        statement.all(...params);
        return { changes: statement.readonly ? 0 : changesOf(sql, changes()) };
      });
    },
    all(sql, params) {
      const statement = statements.get(sql);
      return attempt('execute', () => {
        if (statement.reader) return (statement.all(...params) as Record<string, SqlValue>[]).map(bareRow);
        statement.run(...params);
        return [];
      });
    },
    inTransaction: () => driver.inTransaction,
    close() {
      attempt('execute', () => driver.close());
    },
  };
}

/** Blobs come as Buffers; the port promises plain bytes. */
function bareRow(row: Record<string, SqlValue>): Row {
  for (const [column, value] of Object.entries(row)) {
    if (Buffer.isBuffer(value)) row[column] = new Uint8Array(value);
  }
  return row;
}

function attempt<Value>(stage: 'compile' | 'execute', work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    throw toDatabaseError(error, stage);
  }
}

function toDatabaseError(error: unknown, stage: 'compile' | 'execute'): DatabaseError {
  if (error instanceof Driver.SqliteError) {
    return errorOfSqliteResult(RESULT_CODES[primaryName(error.code)] ?? 1, error.message, stage);
  }
  // The driver's TypeErrors and RangeErrors: wrong number of parameters, several statements in one text.
  if (error instanceof TypeError || error instanceof RangeError) {
    return databaseError('DATABASE_SQL', stage === 'compile' ? error.message : 'wrong parameters');
  }
  throw error;
}

function primaryName(code: string): string {
  return code.split('_').slice(0, 2).join('_');
}

const RESULT_CODES: Readonly<Record<string, number>> = {
  SQLITE_PERM: 3,
  SQLITE_BUSY: 5,
  SQLITE_LOCKED: 6,
  SQLITE_NOMEM: 7,
  SQLITE_READONLY: 8,
  SQLITE_IOERR: 10,
  SQLITE_CORRUPT: 11,
  SQLITE_FULL: 13,
  SQLITE_CANTOPEN: 14,
  SQLITE_PROTOCOL: 15,
  SQLITE_CONSTRAINT: 19,
  SQLITE_NOTADB: 26,
};
