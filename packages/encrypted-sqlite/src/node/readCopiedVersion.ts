import { closeSync, copyFileSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readVersion } from '../sqliteConnection.ts';
import { openNodeConnection } from './nodeConnection.ts';

const PAGE = 4096;

/**
 * The `user_version` of a closed database as its log has it, read from a copy of the first page and the log: closing a
 * connection that has read the log itself empties it into the file. 0 where it cannot be read: why, its opening says.
 */
export async function readCopiedVersion(path: string, keyHex: string | undefined): Promise<number> {
  try {
    const place = mkdtempSync(join(dirname(path), '.reading-'));
    try {
      return await readVersionIn(place, path, keyHex);
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  } catch {
    return 0;
  }
}

async function readVersionIn(place: string, path: string, keyHex: string | undefined): Promise<number> {
  const copy = join(place, basename(path));
  writeFileSync(copy, firstPage(path));
  copyFileSync(`${path}-wal`, `${copy}-wal`);
  const connection = openNodeConnection(copy, keyHex, { damaged: true });
  try {
    // Or SQLite refuses a file that is shorter than it was.
    await connection.all('PRAGMA writable_schema = ON', []);
    return await readVersion(connection);
  } finally {
    await connection.close();
  }
}

function firstPage(path: string): Uint8Array {
  const file = openSync(path, 'r');
  try {
    const page = new Uint8Array(PAGE);
    return page.subarray(0, readSync(file, page, 0, PAGE, 0));
  } finally {
    closeSync(file);
  }
}
