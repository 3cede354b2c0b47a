import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseHarness } from '../contract/databaseHarness.ts';
import { openNodeDatabase } from '../node/openNodeDatabase.ts';
import { openPlainNodeDatabaseForBench } from '../node/openPlainNodeDatabaseForBench.ts';

/** Real files in a temporary directory. */
export function createNodeHarness(): DatabaseHarness & {
  readonly directory: string;
  dispose(): Promise<void>;
} {
  const directory = mkdtempSync(join(tmpdir(), 'fieldchart-sqlite-'));
  return {
    directory,
    open: openNodeDatabase({ directory }),
    openPlain: (name) => openPlainNodeDatabaseForBench(directory, name),
    files(name) {
      const own = readdirSync(directory).filter((file) => file === name || file.startsWith(`${name}-`));
      return Promise.resolve(own.map((file) => new Uint8Array(readFileSync(join(directory, file)))));
    },
    dispose() {
      rmSync(directory, { recursive: true, force: true });
      return Promise.resolve();
    },
  };
}
