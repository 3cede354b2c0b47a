import {
  AccessHandlePoolVFS,
  type WaSqliteModule,
} from '@journeyapps/wa-sqlite/src/examples/AccessHandlePoolVFS.js';

/** Files that SQLite may want at once (database, log, journal), and as many to spare. */
const CAPACITY = 6;
const SQLITE_OK = 0;
const SQLITE_IOERR = 10;
/** What SQLite is told of the browser's faults, by their names. */
const RESULTS: Readonly<Record<string, number>> = {
  QuotaExceededError: 13, // SQLITE_FULL
  NoModificationAllowedError: 8, // SQLITE_READONLY
};
const PLAIN_HEADER = new TextEncoder().encode('SQLite format 3\0');

/** The OPFS pool, with the browser's storage faults told to SQLite as result codes. */
export interface PoolVfs {
  readonly vfs: AccessHandlePoolVFS;
  /** Whether the file read so far begins as an unencrypted database does. */
  readonly sawPlainHeader: () => boolean;
}

/** Takes the directory's files for this worker alone. Rejects when another tab or worker holds them. */
export async function openPoolVfs(
  directory: string,
  module: WaSqliteModule,
  onFileWork: () => void = () => {},
): Promise<PoolVfs> {
  let plain = false;
  const told = (work: () => number): number => {
    onFileWork();
    try {
      return work();
    } catch (error) {
      return error instanceof DOMException ? (RESULTS[error.name] ?? SQLITE_IOERR) : SQLITE_IOERR;
    }
  };
  // The library's only extension point is inheritance. Its own methods let the browser's exceptions run through
  // SQLite's C frames, which would leave SQLite in the middle of a write without an error.
  class FaultTellingPool extends AccessHandlePoolVFS {
    override jRead(fileId: number, data: Uint8Array, offset: number): number {
      const result = told(() => super.jRead(fileId, data, offset));
      if (offset === 0 && !plain) {
        const head = data.slice(0, PLAIN_HEADER.length);
        plain = head.length === PLAIN_HEADER.length && PLAIN_HEADER.every((byte, at) => head[at] === byte);
      }
      return result;
    }
    override jWrite(fileId: number, data: Uint8Array, offset: number): number {
      return told(() => super.jWrite(fileId, data, offset));
    }
    override jTruncate(fileId: number, size: number): number {
      return told(() => super.jTruncate(fileId, size));
    }
    override jSync(fileId: number, flags: number): number {
      return told(() => super.jSync(fileId, flags));
    }
  }
  const vfs = new FaultTellingPool(directory, module);
  try {
    await vfs.isReady();
    // The library makes files only where there are none: a first opening cut short would leave too few for ever.
    await vfs.addCapacity(Math.max(0, CAPACITY - vfs.getCapacity()));
  } catch (error) {
    await vfs.close();
    throw error;
  }
  if (module.vfs_register(vfs, false) !== SQLITE_OK) throw new Error('the file system was not registered');
  return { vfs, sawPlainHeader: () => plain };
}
