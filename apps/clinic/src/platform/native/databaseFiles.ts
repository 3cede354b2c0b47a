import { File, Paths } from 'expo-file-system';
import type { DatabaseFiles } from '@fieldchart/encrypted-sqlite/native';

/** What lies beside a database: SQLite's own files, a log that was kept aside, and what a kill left of a copy. */
const BESIDE = ['', '-wal', '-shm', '-journal', '.journal', '.reading', '.reading-wal', '.reading-shm'];

/** The databases' files in the app's own documents. */
export function createDatabaseFiles(): DatabaseFiles & { removeDatabase(name: string): Promise<void> } {
  const remove = (name: string) => {
    const file = new File(Paths.document, name);
    if (file.exists) file.delete();
    return Promise.resolve();
  };
  return {
    async read(name, atMost) {
      const file = new File(Paths.document, name);
      if (!file.exists) return undefined;
      if (atMost === undefined) return await file.bytes();
      const handle = file.open();
      try {
        return handle.readBytes(atMost);
      } finally {
        handle.close();
      }
    },
    write(name, bytes) {
      const file = new File(Paths.document, name);
      file.create({ overwrite: true });
      file.write(bytes);
      return Promise.resolve();
    },
    remove,
    async removeDatabase(name) {
      for (const suffix of BESIDE) await remove(name + suffix);
    },
  };
}
