import { createNativeOpenDamaged, createNativeOpenDatabase } from '../native/createNativeOpenDatabase.ts';
import { createNodeFiles } from '../node/nodeFiles.ts';
import { createFakeOpSqlite } from './fakeOpSqlite.ts';
import { createNodeHarness } from './nodeHarness.ts';

/** The native adapter over a fake of op-sqlite's API, on real files in a temporary directory. */
export function createNativeHarness({ cipher = true }: { readonly cipher?: boolean } = {}) {
  const node = createNodeHarness();
  const { directory } = node;
  const place = {
    ...createFakeOpSqlite({ cipher }),
    location: directory,
    files: createNodeFiles(directory),
  };
  return {
    ...node,
    open: createNativeOpenDatabase(place),
    openDamaged: createNativeOpenDamaged(place),
  };
}
