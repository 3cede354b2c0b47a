import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DamageHarness } from '../contract/damageHarness.ts';
import { openDamagedNodeDatabase } from '../node/openDamagedNodeDatabase.ts';
import { openNodeDatabase } from '../node/openNodeDatabase.ts';
import { openPlainNodeDatabaseForBench } from '../node/openPlainNodeDatabaseForBench.ts';

/** Real files in a temporary directory. */
export function createNodeHarness(): DamageHarness & {
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
    openDamaged: openDamagedNodeDatabase({ directory }),
    copyAsKilled(from, to) {
      for (const suffix of ['', '-wal']) {
        const file = join(directory, from + suffix);
        if (existsSync(file)) copyFileSync(file, join(directory, to + suffix));
      }
      return Promise.resolve();
    },
    tamper(name, file, change) {
      const path = join(directory, file === 'journal' ? `${name}-wal` : name);
      const changed = change(new Uint8Array(readFileSync(path)));
      if (changed === undefined) rmSync(path);
      else writeFileSync(path, changed);
      return Promise.resolve();
    },
    dispose() {
      rmSync(directory, { recursive: true, force: true });
      return Promise.resolve();
    },
  };
}
