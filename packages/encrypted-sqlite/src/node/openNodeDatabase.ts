import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { equalBytes, hexEncode, utf8Encode } from '@fieldchart/foundation';
import type { Database, OpenDatabase } from '../database.ts';
import { createDatabaseEngine } from '../databaseEngine.ts';
import { databaseError } from '../databaseErrors.ts';
import type { JournalFile } from '../journal.ts';
import { checkOpenOptions } from '../openOptions.ts';
import { createQueuedDatabase } from '../queuedDatabase.ts';
import { type PrepareOptions, prepareConnection, refuseNewer } from '../sqliteConnection.ts';
import { openNodeConnection } from './nodeConnection.ts';
import { readCopiedVersion } from './readCopiedVersion.ts';

/**
 * The Node adapter: `openNodeDatabase({ directory })` is the port's `OpenDatabase` over files in that directory,
 * which is made if it is not there.
 */
export function openNodeDatabase({ directory }: { readonly directory: string }): OpenDatabase {
  return async (options) => {
    const { name, key, ...rest } = checkOpenOptions(options);
    const path = join(directory, name);
    if (rest.existing && !existsSync(path)) throw databaseError('DATABASE_MISSING');
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (isPlainSqlite(path)) throw databaseError('DATABASE_OPTION_REFUSED', 'the file is plain-text SQLite');
    return await openFile(path, hexEncode(key), rest);
  };
}

/** Opens and prepares the file; on any fault the connection is closed again. Without a key it is plain SQLite. */
export async function openFile(
  path: string,
  keyHex: string | undefined,
  options: Omit<PrepareOptions, 'journal'>,
): Promise<Database> {
  const journal = readJournal(path);
  if (journal.bytes.length > 0 && Number.isFinite(options.newestVersion)) {
    refuseNewer(await readCopiedVersion(path, keyHex), options.newestVersion);
  }
  const connection = openNodeConnection(path, keyHex);
  try {
    await prepareConnection(connection, { ...options, journal });
  } catch (error) {
    await connection.close();
    throw error;
  }
  return createQueuedDatabase(createDatabaseEngine(connection));
}

/** Read before SQLite opens it: closing deletes it. Kept aside it lies in `NAME.journal`. */
function readJournal(path: string): JournalFile {
  const log = `${path}-wal`;
  const bytes = existsSync(log) ? readFileSync(log) : new Uint8Array();
  return { bytes, keep: () => writeFileSync(`${path}.journal`, bytes, { flush: true }) };
}

const PLAIN_HEADER = utf8Encode('SQLite format 3\0');

function isPlainSqlite(path: string): boolean {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return false; // No file yet, or one that the driver will report as unreadable.
  }
  try {
    const head = new Uint8Array(PLAIN_HEADER.length);
    readSync(file, head, 0, head.length, 0);
    return equalBytes(head, PLAIN_HEADER);
  } finally {
    closeSync(file);
  }
}
