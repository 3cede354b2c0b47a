import { hexEncode, isCodedError } from '@fieldchart/foundation';
import type { OpenDatabase, Row, SqlValue } from '../database.ts';
import { createDatabaseEngine } from '../databaseEngine.ts';
import { databaseError } from '../databaseErrors.ts';
import { checkOpenOptions } from '../openOptions.ts';
import { createQueuedDatabase } from '../queuedDatabase.ts';
import { type SqliteConnection, changesOf, prepareConnection } from '../sqliteConnection.ts';
import { errorOfOpSqlite, saysInTransaction } from './nativeErrors.ts';
import { type OpSqliteDatabase, type OpSqliteOpen, valueOfScalar } from './opSqlite.ts';

/**
 * The iOS and Android adapter over op-sqlite built with SQLCipher. `open` is op-sqlite's own; `location` is the
 * directory, by default op-sqlite's.
 */
export function createNativeOpenDatabase(driver: {
  readonly open: OpSqliteOpen;
  readonly location?: string;
}): OpenDatabase {
  const place = driver.location === undefined ? {} : { location: driver.location };
  return async (options) => {
    const { name, key } = checkOpenOptions(options);
    // SQLCipher takes `x'HEX'` as the raw key itself; any other form would be a passphrase.
    const handle = openHandle(() => driver.open({ ...place, name, encryptionKey: `x'${hexEncode(key)}'` }));
    const connection = createNativeConnection(handle);
    try {
      await refuseWithoutCipher(connection);
      await prepareConnection(connection);
    } catch (error) {
      await connection.close();
      // Not read-only: such an opening would leave the files of a write-ahead log behind it.
      const unkeyed = () => driver.open({ ...place, name, failOnCreate: true });
      if (isCodedError(error, 'DATABASE_KEY_OR_DAMAGE') && (await isPlainSqlite(unkeyed)))
        throw databaseError('DATABASE_OPTION_REFUSED', 'the file is plain-text SQLite');
      throw error;
    }
    return createQueuedDatabase(createDatabaseEngine(connection));
  };
}

function openHandle(open: () => OpSqliteDatabase): OpSqliteDatabase {
  try {
    return open();
  } catch (error) {
    throw errorOfOpSqlite(error);
  }
}

/** An op-sqlite built without SQLCipher ignores the key without a word. */
async function refuseWithoutCipher(connection: SqliteConnection): Promise<void> {
  const [version] = await connection.all('PRAGMA cipher_version', []);
  if (version === undefined) throw databaseError('DATABASE_OPTION_REFUSED', 'built without SQLCipher');
}

async function isPlainSqlite(open: () => OpSqliteDatabase): Promise<boolean> {
  try {
    const handle = open();
    try {
      await handle.execute('SELECT count(*) FROM sqlite_schema');
      return true;
    } finally {
      handle.close();
    }
  } catch {
    return false; // Not readable without a key, which is as it should be.
  }
}

function createNativeConnection(handle: OpSqliteDatabase): SqliteConnection {
  const execute = async (sql: string, params: readonly SqlValue[]) => {
    try {
      return await handle.execute(sql, [...params]);
    } catch (error) {
      throw errorOfOpSqlite(error);
    }
  };
  return {
    async run(sql, params) {
      const { rowsAffected } = await execute(sql, params);
      return { changes: changesOf(sql, rowsAffected) };
    },
    async all(sql, params) {
      const { rows } = await execute(sql, params);
      return rows.map((row): Row =>
        Object.fromEntries(Object.entries(row).map(([column, value]) => [column, valueOfScalar(value)])),
      );
    },
    // op-sqlite has no question for it. Inside a transaction BEGIN is refused and changes nothing.
    async inTransaction() {
      try {
        await handle.execute('BEGIN');
      } catch (error) {
        if (saysInTransaction(error)) return true;
        throw errorOfOpSqlite(error);
      }
      await execute('ROLLBACK', []);
      return false;
    },
    close() {
      handle.close();
    },
  };
}
