import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import createModule from '@journeyapps/wa-sqlite/dist/mc-wa-sqlite.mjs';
import type { Database } from '../database.ts';
import { createQueuedDatabase } from '../queuedDatabase.ts';
import { openWebEngine } from '../web/openWebEngine.ts';
import { mountDisk } from './opfsDisk.ts';

type SqliteModule = Awaited<ReturnType<typeof createModule>>;

const USES = 25;
const KEY = new Uint8Array(32).fill(3);

/**
 * Opens databases as the web worker does: the same engine, cipher, pool and settings, over a given disk. One instance
 * of SQLite serves several openings, for its start takes longer than they do.
 */
export function createOpfsOpener(): (disk: FileSystemDirectoryHandle) => Promise<Database> {
  const require = createRequire(import.meta.url);
  const wasmBinary = readFileSync(require.resolve('@journeyapps/wa-sqlite/dist/mc-wa-sqlite.wasm'));
  let module: SqliteModule | undefined;
  let uses = 0;
  return async (disk) => {
    if (module === undefined || uses % USES === 0) module = await createModule({ wasmBinary });
    uses += 1;
    mountDisk(disk);
    // The pool names its file system by its directory, and SQLite keeps what is registered.
    const directory = `opening-${String(uses)}`;
    const engine = await openWebEngine(module, {
      directory,
      key: KEY.slice(),
      existing: false,
      acceptLostJournal: false,
      newestVersion: Number.POSITIVE_INFINITY,
    });
    return createQueuedDatabase(engine);
  };
}
