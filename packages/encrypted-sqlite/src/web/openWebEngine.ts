import type { WaSqliteModule } from '@journeyapps/wa-sqlite/src/examples/AccessHandlePoolVFS.js';
import { hexEncode } from '@fieldchart/foundation';
import { type DatabaseEngine, createDatabaseEngine } from '../databaseEngine.ts';
import { databaseError } from '../databaseErrors.ts';
import { prepareConnection } from '../sqliteConnection.ts';
import { openPoolVfs } from './poolVfs.ts';
import { openWebConnection } from './webConnection.ts';

const FILE = 'database';

/**
 * Opens the database of an OPFS directory on a fresh instance of SQLite, and wipes `key`; without one the file is
 * plain SQLite. The order of these steps is what the pool, the cipher and the log each need.
 */
export async function openWebEngine(
  module: WaSqliteModule,
  { directory, key }: { readonly directory: string; readonly key: Uint8Array | null },
): Promise<DatabaseEngine> {
  const keyHex = key === null ? null : hexEncode(key);
  key?.fill(0);
  const { vfs, sawPlainHeader } = await openPoolVfs(directory, module);
  try {
    let vfsName = vfs.name;
    if (keyHex !== null) {
      const created = module.ccall('sqlite3mc_vfs_create', 'int', ['string', 'int'], [vfs.name, 1]);
      if (created !== 0) throw databaseError('DATABASE_OPTION_REFUSED', 'no cipher in this build');
      vfsName = `multipleciphers-${vfs.name}`;
    }
    const connection = openWebConnection(module, { fileName: FILE, vfsName, keyHex: keyHex ?? undefined });
    try {
      await prepareConnection(connection);
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
