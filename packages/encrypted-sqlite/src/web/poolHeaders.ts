import { databaseError } from '../databaseErrors.ts';

// Each file of the library's pool begins with a header: the path of the SQLite file that it holds, the flags that file
// was opened with, and a digest of both. A file whose digest is wrong the library empties and uses anew.

const PATH_BYTES = 512;
const CORPUS_BYTES = PATH_BYTES + 4;
const DIGEST_BYTES = 8;
/** Where a file's content begins. */
const CONTENT = 4096;
const MAIN_DATABASE = 0x100;
/** Of a file that holds nothing. */
const FREE = digestText([0xfecc5f80, 0xaccec037]);
/** Of the rollback journal that SQLite opens while it makes an empty database; then it has the log. */
const JOURNAL = digestOf(journalHeader());

interface Header {
  readonly isIntact: boolean;
  readonly isDatabase: boolean;
  readonly hasContent: boolean;
  readonly isNameless: boolean;
  readonly digest: string;
}

/**
 * Rejects `DATABASE_KEY_OR_DAMAGE`, with nothing touched, where the pool would empty a file that may hold records (D3).
 * Headers that a killed process left half written are no damage: such files hold nothing that anybody needs.
 */
export async function checkPoolHeaders(directory: FileSystemDirectoryHandle): Promise<void> {
  const reads: Promise<Header>[] = [];
  for await (const handle of directory.values()) if (handle.kind === 'file') reads.push(readHeader(handle));
  const headers = await Promise.all(reads);
  const isDatabaseThere = headers.some(({ isIntact, isDatabase }) => isIntact && isDatabase);
  const isHarmless = ({ isIntact, hasContent, isNameless, digest }: Header) => {
    if (isIntact || !hasContent) return true;
    // A name was being written into a free file; or taken away, from a journal or log that had served.
    if (digest === FREE || digest === JOURNAL) return true;
    return isNameless && isDatabaseThere && digest !== digestText([0, 0]);
  };
  if (!headers.every(isHarmless)) throw databaseError('DATABASE_KEY_OR_DAMAGE', 'a header of the pool');
}

async function readHeader(handle: FileSystemFileHandle): Promise<Header> {
  const file = await handle.getFile();
  const bytes = new Uint8Array(CORPUS_BYTES + DIGEST_BYTES);
  bytes.set(new Uint8Array(await file.slice(0, bytes.length).arrayBuffer()));
  const corpus = bytes.subarray(0, CORPUS_BYTES);
  const digest = digestText(new Uint32Array(bytes.slice(CORPUS_BYTES).buffer));
  return {
    isIntact: digest === digestOf(corpus),
    isDatabase: (new DataView(corpus.buffer).getUint32(PATH_BYTES) & MAIN_DATABASE) !== 0,
    hasContent: file.size > CONTENT,
    isNameless: corpus.subarray(0, PATH_BYTES).every((byte) => byte === 0),
    digest,
  };
}

/** The library's digest (cyrb53, public domain, bryc). */
function digestOf(corpus: Uint8Array): string {
  if (corpus[0] === 0) return FREE;
  let [h1, h2] = [0xdeadbeef, 0x41c6ce57];
  for (const byte of corpus) {
    h1 = Math.imul(h1 ^ byte, 2654435761);
    h2 = Math.imul(h2 ^ byte, 1597334677);
  }
  h1 = Math.imul(h1 ^ (h1 >>> 16), 2246822507) ^ Math.imul(h2 ^ (h2 >>> 13), 3266489909);
  h2 = Math.imul(h2 ^ (h2 >>> 16), 2246822507) ^ Math.imul(h1 ^ (h1 >>> 13), 3266489909);
  return digestText([h1, h2]);
}

function journalHeader(): Uint8Array {
  const corpus = new Uint8Array(CORPUS_BYTES);
  new TextEncoder().encodeInto('/database-journal', corpus);
  new DataView(corpus.buffer).setUint32(PATH_BYTES, 0x806); // Read, write, create; a main journal.
  return corpus;
}

function digestText(words: Iterable<number>): string {
  return Array.from(words, (word) => (word >>> 0).toString(16)).join(' ');
}
