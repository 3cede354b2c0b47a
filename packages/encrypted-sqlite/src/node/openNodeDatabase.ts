import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { equalBytes, hexEncode, isCodedError, utf8Encode } from '@fieldchart/foundation';
import type { Database, DatabaseErrorCode, OpenDatabase } from '../database.ts';
import { createDatabaseEngine } from '../databaseEngine.ts';
import { databaseError } from '../databaseErrors.ts';
import { checkOpenOptions } from '../openOptions.ts';
import { createQueuedDatabase } from '../queuedDatabase.ts';
import { readCopiedVersion } from '../readCopiedVersion.ts';
import { readJournal } from '../readJournal.ts';
import { type PrepareOptions, prepareConnection, refuseNewer } from '../sqliteConnection.ts';
import { openNodeConnection } from './nodeConnection.ts';
import { codeOfFileFault, createNodeFiles, readStart } from './nodeFiles.ts';

/**
 * The Node adapter: `openNodeDatabase({ directory })` is the port's `OpenDatabase` over files in that directory,
 * which is made if it is not there.
 */
export function openNodeDatabase({ directory }: { readonly directory: string }): OpenDatabase {
  return async (options) => {
    const { name, key, ...rest } = checkOpenOptions(options);
    const path = join(directory, name);
    if (rest.existing && !existsSync(path)) throw databaseError('DATABASE_MISSING');
    makeDirectory(directory);
    if (isPlainSqlite(path)) throw databaseError('DATABASE_OPTION_REFUSED', 'the file is plain-text SQLite');
    return await openFile(directory, name, hexEncode(key), rest);
  };
}

/** Opens and prepares a file of the directory; on any fault the connection is closed again. Without a key it is plain SQLite. */
export async function openFile(
  directory: string,
  name: string,
  keyHex: string | undefined,
  options: Omit<PrepareOptions, 'journal'>,
): Promise<Database> {
  try {
    return await openWritable(directory, name, keyHex, options);
  } catch (error) {
    // SQLite says only that it could not open a file: the journal, mostly, which the place does not take.
    const readOnly = isCodedError(error) && error.code === 'DATABASE_IO' && faultOfMaking(directory);
    throw readOnly === 'DATABASE_READ_ONLY' ? databaseError(readOnly) : error;
  }
}

async function openWritable(
  directory: string,
  name: string,
  keyHex: string | undefined,
  options: Omit<PrepareOptions, 'journal'>,
): Promise<Database> {
  const files = createNodeFiles(directory);
  const journal = await readJournal(files, name);
  if (journal.bytes.length > 0 && Number.isFinite(options.newestVersion)) {
    const openCopy = (copy: string) => openNodeConnection(join(directory, copy), keyHex, { damaged: true });
    const closed = { name, log: journal.bytes };
    refuseNewer(await readCopiedVersion(files, closed, openCopy), options.newestVersion);
  }
  const connection = openNodeConnection(join(directory, name), keyHex);
  try {
    await prepareConnection(connection, { ...options, journal });
  } catch (error) {
    await connection.close();
    throw error;
  }
  return createQueuedDatabase(createDatabaseEngine(connection));
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw databaseError(codeOfFileFault(error));
  }
}

/** Why a directory takes no file; undefined where it takes one. */
function faultOfMaking(directory: string): DatabaseErrorCode | undefined {
  const probe = join(directory, `probe-${randomUUID()}`);
  try {
    closeSync(openSync(probe, 'wx', 0o600));
    rmSync(probe);
    return undefined;
  } catch (error) {
    return codeOfFileFault(error);
  }
}

const PLAIN_HEADER = utf8Encode('SQLite format 3\0');

function isPlainSqlite(path: string): boolean {
  try {
    return equalBytes(readStart(path, PLAIN_HEADER.length), PLAIN_HEADER);
  } catch {
    return false; // No file yet, or one that the driver will report as unreadable.
  }
}
