import { closeSync, existsSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseErrorCode } from '../database.ts';
import type { DatabaseFiles } from '../databaseFiles.ts';

/** The files in a directory. */
export function createNodeFiles(directory: string): DatabaseFiles {
  const pathOf = (name: string) => join(directory, name);
  return {
    async read(name, atMost) {
      const path = pathOf(name);
      if (!existsSync(path)) return undefined;
      return new Uint8Array(atMost === undefined ? readFileSync(path) : readStart(path, atMost));
    },
    async write(name, bytes) {
      writeFileSync(pathOf(name), bytes, { flush: true });
    },
    async remove(name) {
      rmSync(pathOf(name), { force: true });
    },
  };
}

/** The first bytes of a file: all of them where there are fewer. */
export function readStart(path: string, atMost: number): Uint8Array {
  const file = openSync(path, 'r');
  try {
    const bytes = new Uint8Array(atMost);
    return bytes.subarray(0, readSync(file, bytes, 0, atMost, 0));
  } finally {
    closeSync(file);
  }
}

/** The port's code for a fault of Node's file functions. */
export function codeOfFileFault(error: unknown): DatabaseErrorCode {
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return 'DATABASE_READ_ONLY';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'DATABASE_FULL';
    default:
      return 'DATABASE_IO';
  }
}
