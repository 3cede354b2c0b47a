import { hexEncode, isCodedError } from '@fieldchart/foundation';
import { type OpenDamaged, prepareReading } from '../damagedDatabase.ts';
import type { OpenDatabase, Row, SqlValue } from '../database.ts';
import type { DatabaseFiles } from '../databaseFiles.ts';
import { createDatabaseEngine } from '../databaseEngine.ts';
import { databaseError } from '../databaseErrors.ts';
import { checkOpenOptions } from '../openOptions.ts';
import { createQueuedDatabase } from '../queuedDatabase.ts';
import { readCopiedVersion } from '../readCopiedVersion.ts';
import { readJournal } from '../readJournal.ts';
import { type SqliteConnection, changesOf, prepareConnection, refuseNewer } from '../sqliteConnection.ts';
import { errorOfOpSqlite, saysCannotOpen, saysInTransaction } from './nativeErrors.ts';
import { type OpSqliteDatabase, type OpSqliteOpen, valueOfScalar } from './opSqlite.ts';

/**
 * The iOS and Android adapter over op-sqlite built with SQLCipher. `open` is op-sqlite's own; `location` is the
 * directory, by default op-sqlite's, and `files` are the files in it.
 */
export function createNativeOpenDatabase(driver: {
  readonly open: OpSqliteOpen;
  readonly location?: string;
  readonly files: DatabaseFiles;
}): OpenDatabase {
  const place = driver.location === undefined ? {} : { location: driver.location };
  const { files } = driver;
  return async (options) => {
    const { name, key, ...rest } = checkOpenOptions(options);
    // SQLCipher takes `x'HEX'` as the raw key itself; any other form would be a passphrase.
    const encryptionKey = `x'${hexEncode(key)}'`;
    const journal = await readJournal(files, name);
    if (journal.bytes.length > 0 && Number.isFinite(rest.newestVersion)) {
      const openCopy = (copy: string) =>
        createNativeConnection(driver.open({ ...place, name: copy, encryptionKey, failOnCreate: true }));
      const closed = { name, log: journal.bytes };
      refuseNewer(await readCopiedVersion(files, closed, openCopy), rest.newestVersion);
    }
    const failOnCreate = rest.existing ? { failOnCreate: true } : {};
    const handle = openHandle(() => driver.open({ ...place, name, encryptionKey, ...failOnCreate }), rest);
    const connection = createNativeConnection(handle);
    try {
      await refuseWithoutCipher(connection);
      await prepareConnection(connection, { ...rest, journal });
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

/**
 * Opens a damaged file for reading alone. SQLCipher offers no reading of pages that do not prove themselves. What SQLite
 * makes beside the file to read it is taken away at close.
 */
export function createNativeOpenDamaged(driver: {
  readonly open: OpSqliteOpen;
  readonly location?: string;
  readonly files: DatabaseFiles;
}): OpenDamaged {
  const place = driver.location === undefined ? {} : { location: driver.location };
  const { files } = driver;
  return async ({ name, key, verify }) => {
    checkOpenOptions({ name, key });
    if (!verify) throw databaseError('DATABASE_OPTION_REFUSED', 'pages are always verified here');
    const encryptionKey = `x'${hexEncode(key)}'`;
    const made = (await files.read(`${name}-wal`, 1)) === undefined ? ['-wal', '-shm'] : ['-shm'];
    const opening = () => driver.open({ ...place, name, encryptionKey, readOnly: true });
    const connection = createNativeConnection(openHandle(opening, { existing: true }));
    const end = async () => {
      await connection.close();
      for (const suffix of made) await files.remove(name + suffix);
    };
    try {
      await refuseWithoutCipher(connection);
      await prepareReading(connection);
    } catch (error) {
      await end();
      throw error;
    }
    return createQueuedDatabase({ ...createDatabaseEngine(connection), close: end });
  };
}

function openHandle(open: () => OpSqliteDatabase, { existing }: { existing: boolean }): OpSqliteDatabase {
  try {
    return open();
  } catch (error) {
    if (existing && saysCannotOpen(error)) throw databaseError('DATABASE_MISSING');
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
