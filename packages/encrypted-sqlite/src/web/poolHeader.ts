// Each file of the library's pool begins with a header: the path of the SQLite file that it holds, the flags that file
// was opened with, and a digest of both; the content begins a page later. A file whose digest is wrong the library
// empties and uses anew.

const PATH_BYTES = 512;
const CORPUS_BYTES = PATH_BYTES + 4;
const DIGEST_BYTES = 8;
const MAIN_DATABASE = 0x100;

export const HEADER_BYTES = CORPUS_BYTES + DIGEST_BYTES;
/** Where a file's content begins. */
export const CONTENT_AT = 4096;

/** Of a file that holds nothing. */
const FREE = digestText([0xfecc5f80, 0xaccec037]);
/** Of the rollback journal that SQLite opens while it makes an empty database; then it has the log. */
const JOURNAL = digestOf(journalHeader());
const BLANK = digestText([0, 0]);

/** What the header of a pool's file says of it. */
export interface PoolHeader {
  /** Which of SQLite's files it holds; empty where it holds none, or where the header is not whole. */
  readonly path: string;
  readonly whole: boolean;
  readonly isDatabase: boolean;
  /**
   * Not whole as a killed process leaves it, and not as damage does. `free`: a name was being written into a file that
   * held nothing. `freed`: a name was being taken away, from a file that had one.
   */
  readonly halfWritten: 'free' | 'freed' | null;
}

/** Reads a header of {@link HEADER_BYTES} bytes. */
export function readPoolHeader(bytes: Uint8Array): PoolHeader {
  const corpus = bytes.subarray(0, CORPUS_BYTES);
  const digest = digestText(new Uint32Array(bytes.slice(CORPUS_BYTES, HEADER_BYTES).buffer));
  const whole = digest === digestOf(corpus);
  const flags = new DataView(corpus.buffer, corpus.byteOffset, corpus.byteLength).getUint32(PATH_BYTES);
  const isNameless = corpus.subarray(0, PATH_BYTES).every((byte) => byte === 0);
  return {
    path: whole ? new TextDecoder().decode(corpus.subarray(0, corpus.indexOf(0))) : '',
    whole,
    isDatabase: whole && (flags & MAIN_DATABASE) !== 0,
    halfWritten: whole
      ? null
      : digest === FREE || digest === JOURNAL
        ? 'free'
        : isNameless && digest !== BLANK
          ? 'freed'
          : null,
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
