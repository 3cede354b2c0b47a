import type { WaSqliteModule } from '@journeyapps/wa-sqlite/src/examples/AccessHandlePoolVFS.js';
import { hexEncode } from '@fieldchart/foundation';
import { prepareReading } from '../damagedDatabase.ts';
import { type DatabaseEngine, createDatabaseEngine } from '../databaseEngine.ts';
import { databaseError } from '../databaseErrors.ts';
import { type SqliteConnection, prepareConnection, readVersion, refuseNewer } from '../sqliteConnection.ts';
import { keepJournal } from './keptJournal.ts';
import { DATABASE_PATH, readPool, readPoolJournal, recogniseFiles, refuseDamagedPool } from './poolFiles.ts';
import { openPoolVfs } from './poolVfs.ts';
import { createReadOnlyVfs } from './readOnlyVfs.ts';
import { openWebConnection } from './webConnection.ts';

const FILE = 'database';

export interface WebOpening {
  readonly directory: string;
  /** Wiped; without one the file is plain SQLite. */
  readonly key: Uint8Array | null;
  readonly existing: boolean;
  readonly acceptLostJournal: boolean;
  readonly newestVersion: number;
}

/**
 * Opens the database of an OPFS directory on a fresh instance of SQLite. The order of these steps is what the pool, the
 * cipher and the log each need. A damaged pool, and the file of a newer app, are refused before anything touches them.
 * `onWork` is called at each reading and writing of a file, and every so often while a statement computes; an instance
 * of SQLite calls one.
 */
export async function openWebEngine(
  module: WaSqliteModule,
  { directory, key, newestVersion, ...options }: WebOpening,
  onWork?: () => void,
): Promise<DatabaseEngine> {
  const keyHex = key === null ? null : hexEncode(key);
  key?.fill(0);
  const files = await readPool(directory);
  refuseDamagedPool(files);
  if (options.existing && !files.some(({ path }) => path === DATABASE_PATH))
    throw databaseError('DATABASE_MISSING');
  const bytes = await readPoolJournal(files);
  const journal = { bytes, keep: () => keepJournal(directory, bytes) };
  if (Number.isFinite(newestVersion)) {
    const place = { name: `looking-${directory}`, files: await recogniseFiles(files) };
    refuseNewer(await readVersionFirst(module, place, { keyHex, verify: true, onWork }), newestVersion);
  }
  const { vfs, sawPlainHeader } = await openPoolVfs(directory, module, onWork);
  try {
    const vfsName = keyHex === null ? vfs.name : withCipher(module, vfs.name);
    const connection = openWebConnection(module, {
      fileName: FILE,
      vfsName,
      keyHex: keyHex ?? undefined,
      onWork,
    });
    try {
      await prepareConnection(connection, { ...options, newestVersion, journal });
    } catch (error) {
      await connection.close();
      if (keyHex !== null && sawPlainHeader()) {
        throw databaseError('DATABASE_OPTION_REFUSED', 'the file is plain-text SQLite');
      }
      throw error;
    }
    const engine = createDatabaseEngine(connection);
    return {
      ...engine,
      async close() {
        try {
          await engine.close();
        } finally {
          await vfs.close();
        }
      },
    };
  } catch (error) {
    await vfs.close();
    throw error;
  }
}

/** Opens a damaged database for reading alone: nothing of its directory is changed. Wipes `key`. */
export async function openDamagedWebEngine(
  module: WaSqliteModule,
  { directory, key, verify }: { directory: string; key: Uint8Array; verify: boolean },
  onWork: () => void,
): Promise<DatabaseEngine> {
  const keyHex = hexEncode(key);
  key.fill(0);
  const files = await recogniseFiles(await readPool(directory));
  if (!files.has(DATABASE_PATH)) throw databaseError('DATABASE_MISSING');
  const place = { name: `damaged-${directory}`, files };
  return await openReading(module, place, { keyHex, verify, onWork }, async (connection) => {
    await prepareReading(connection);
    return { ...createDatabaseEngine(connection), close: async () => await connection.close() };
  });
}

/** The `user_version` of a closed database; 0 where it cannot be read: why, its opening says. */
async function readVersionFirst(
  module: WaSqliteModule,
  place: ReadingPlace,
  options: ReadingOptions,
): Promise<number> {
  if (!place.files.has(DATABASE_PATH)) return 0;
  try {
    return await openReading(module, place, options, async (connection) => {
      // Of the first page and the log alone: an unlock waits for it.
      const version = await readVersion(connection);
      await connection.close();
      return version;
    });
  } catch {
    return 0;
  }
}

interface ReadingOptions {
  readonly keyHex: string | null;
  readonly verify: boolean;
  readonly onWork: (() => void) | undefined;
}

interface ReadingPlace {
  /** Of the file system. */
  readonly name: string;
  readonly files: ReadonlyMap<string, Blob>;
}

/** Hands a connection that cannot write to `begin`, and closes it where that rejects. */
async function openReading<Value>(
  module: WaSqliteModule,
  { name, files }: ReadingPlace,
  { keyHex, verify, onWork }: ReadingOptions,
  begin: (connection: SqliteConnection) => Promise<Value>,
): Promise<Value> {
  const vfs = createReadOnlyVfs(name, module, { files, onRead: onWork ?? (() => {}) });
  if (module.vfs_register(vfs, false) !== 0) throw databaseError('DATABASE_IO', 'no file system');
  const vfsName = keyHex === null ? vfs.name : withCipher(module, vfs.name);
  const connection = openWebConnection(module, {
    fileName: FILE,
    vfsName,
    keyHex: keyHex ?? undefined,
    verify,
    onWork,
  });
  try {
    // This file system has no shared memory, which a log is read through where others may have it open.
    await connection.all('PRAGMA locking_mode = EXCLUSIVE', []);
    return await begin(connection);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** The name of the file system with encryption over it. */
function withCipher(module: WaSqliteModule, vfsName: string): string {
  const created = module.ccall('sqlite3mc_vfs_create', 'int', ['string', 'int'], [vfsName, 1]);
  if (created !== 0) throw databaseError('DATABASE_OPTION_REFUSED', 'no cipher in this build');
  return `multipleciphers-${vfsName}`;
}
