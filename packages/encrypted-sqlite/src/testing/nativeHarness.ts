import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createNativeOpenDamaged, createNativeOpenDatabase } from '../native/createNativeOpenDatabase.ts';
import type { NativeFiles } from '../native/nativeFiles.ts';
import { createFakeOpSqlite } from './fakeOpSqlite.ts';
import { createNodeHarness } from './nodeHarness.ts';

/** The native adapter over a fake of op-sqlite's API, on real files in a temporary directory. */
export function createNativeHarness({ cipher = true }: { readonly cipher?: boolean } = {}) {
  const node = createNodeHarness();
  const place = {
    ...createFakeOpSqlite({ cipher }),
    location: node.directory,
    files: nativeFilesIn(node.directory),
  };
  return {
    ...node,
    open: createNativeOpenDatabase(place),
    openDamaged: createNativeOpenDamaged(place),
  };
}

function nativeFilesIn(directory: string): NativeFiles {
  const pathOf = (name: string) => join(directory, name);
  return {
    read: (name, atMost) =>
      Promise.resolve(
        existsSync(pathOf(name)) ? new Uint8Array(readFileSync(pathOf(name)).subarray(0, atMost)) : undefined,
      ),
    write: (name, bytes) => Promise.resolve(writeFileSync(pathOf(name), bytes)),
    remove: (name) => Promise.resolve(rmSync(pathOf(name), { force: true })),
  };
}
