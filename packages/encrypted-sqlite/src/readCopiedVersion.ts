import type { DatabaseFiles } from './databaseFiles.ts';
import { type SqliteConnection, readVersion } from './sqliteConnection.ts';

const PAGE = 4096;

/**
 * The `user_version` of a closed database as its log has it, read from a copy of the first page and the log: closing a
 * connection that has read the log itself empties it into the file. 0 where it cannot be read: why, its opening says.
 */
export async function readCopiedVersion(
  files: DatabaseFiles,
  closed: { readonly name: string; readonly log: Uint8Array },
  openCopy: (name: string) => SqliteConnection,
): Promise<number> {
  const copy = `${closed.name}.reading`;
  try {
    const page = await files.read(closed.name, PAGE);
    if (page === undefined) return 0;
    await files.write(copy, page);
    await files.write(`${copy}-wal`, closed.log);
    return await readVersionOf(openCopy(copy));
  } catch {
    return 0;
  } finally {
    for (const suffix of ['', '-wal', '-shm']) await files.remove(copy + suffix);
  }
}

async function readVersionOf(connection: SqliteConnection): Promise<number> {
  try {
    // Or SQLite refuses a file that is shorter than it was.
    await connection.all('PRAGMA writable_schema = ON', []);
    return await readVersion(connection);
  } finally {
    await connection.close();
  }
}
