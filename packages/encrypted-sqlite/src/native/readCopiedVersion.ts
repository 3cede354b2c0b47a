import { type SqliteConnection, readVersion } from '../sqliteConnection.ts';
import type { NativeFiles } from './nativeFiles.ts';

const PAGE = 4096;

/**
 * The `user_version` of a closed database as its log has it, read from a copy of the first page and the log: closing a
 * connection that has read the log itself empties it into the file. 0 where it cannot be read: why, its opening says.
 */
export async function readCopiedVersion(
  files: NativeFiles,
  name: string,
  openCopy: (name: string) => SqliteConnection,
): Promise<number> {
  const copy = `${name}.reading`;
  try {
    return await readVersionIn(files, name, copy, openCopy);
  } catch {
    return 0;
  } finally {
    for (const suffix of ['', '-wal', '-shm']) await files.remove(copy + suffix);
  }
}

async function readVersionIn(
  files: NativeFiles,
  name: string,
  copy: string,
  openCopy: (name: string) => SqliteConnection,
): Promise<number> {
  const [page, log] = [await files.read(name, PAGE), await files.read(`${name}-wal`)];
  if (page === undefined || log === undefined) return 0;
  await files.write(copy, page);
  await files.write(`${copy}-wal`, log);
  const connection = openCopy(copy);
  try {
    // Or SQLite refuses a file that is shorter than it was.
    await connection.all('PRAGMA writable_schema = ON', []);
    return await readVersion(connection);
  } finally {
    await connection.close();
  }
}
