import { databaseError } from '../databaseErrors.ts';
import { CONTENT_AT, HEADER_BYTES, type PoolHeader, readPoolHeader } from './poolHeader.ts';

/** One file of the pool, as it lies on the disk. Looking at it changes nothing and locks nothing. */
export interface PoolFile extends PoolHeader {
  readonly content: Blob;
}

export const DATABASE_PATH = '/database';
const JOURNAL_PATH = '/database-wal';

/** Every file of a pool; none where its directory is not there. */
export async function readPool(directory: string): Promise<readonly PoolFile[]> {
  const place = await findDirectory(directory);
  if (place === undefined) return [];
  const reads: Promise<PoolFile>[] = [];
  for await (const handle of place.values()) if (handle.kind === 'file') reads.push(readPoolFile(handle));
  return await Promise.all(reads);
}

async function findDirectory(directory: string): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    let handle = await navigator.storage.getDirectory();
    for (const part of directory.split('/')) handle = await handle.getDirectoryHandle(part);
    return handle;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return undefined;
    throw error;
  }
}

async function readPoolFile(handle: FileSystemFileHandle): Promise<PoolFile> {
  const file = await handle.getFile();
  const head = new Uint8Array(HEADER_BYTES);
  head.set(new Uint8Array(await file.slice(0, head.length).arrayBuffer()));
  return { ...readPoolHeader(head), content: file.slice(CONTENT_AT) };
}

/**
 * Rejects `DATABASE_CORRUPT`, with nothing touched, where the library would empty a file that may hold records (D3).
 * Headers that a killed process left half written are no damage: such files hold nothing that anybody needs.
 */
export function refuseDamagedPool(files: readonly PoolFile[]): void {
  const isDatabaseThere = files.some(({ isDatabase }) => isDatabase);
  const isHarmless = ({ whole, content, halfWritten }: PoolFile) =>
    whole || content.size === 0 || halfWritten === 'free' || (halfWritten === 'freed' && isDatabaseThere);
  if (!files.every(isHarmless)) throw databaseError('DATABASE_CORRUPT', 'the header of a file is damaged');
}

/** The write-ahead log's bytes, whatever its header says; none where there is no log. */
export async function readPoolJournal(files: readonly PoolFile[]): Promise<Uint8Array<ArrayBuffer>> {
  const log = (await recogniseFiles(files)).get(JOURNAL_PATH);
  return log === undefined ? new Uint8Array() : new Uint8Array(await log.arrayBuffer());
}

/** What each of SQLite's files holds, where a header does not say so from the content itself. */
export async function recogniseFiles(files: readonly PoolFile[]): Promise<ReadonlyMap<string, Blob>> {
  const known = new Map(files.filter(({ path }) => path !== '').map(({ path, content }) => [path, content]));
  for (const { whole, content } of files) {
    if (whole || content.size === 0) continue;
    const path = (await isLog(content)) ? JOURNAL_PATH : DATABASE_PATH;
    if (!known.has(path)) known.set(path, content);
  }
  return known;
}

async function isLog(content: Blob): Promise<boolean> {
  if (content.size < 4) return false;
  const magic = new DataView(await content.slice(0, 4).arrayBuffer()).getUint32(0);
  return magic >>> 1 === 0x377f0682 >>> 1;
}
