import type { DatabaseFiles } from './databaseFiles.ts';
import type { JournalFile } from './journal.ts';

/** The log beside a database, read before SQLite opens it: closing deletes it. Kept aside it lies in `NAME.journal`. */
export async function readJournal(files: DatabaseFiles, name: string): Promise<JournalFile> {
  const bytes = (await files.read(`${name}-wal`)) ?? new Uint8Array();
  return { bytes, keep: async () => await files.write(`${name}.journal`, bytes) };
}
