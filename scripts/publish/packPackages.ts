import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { repositoryRoot, runCommand } from '../runCommand.ts';
import { buildPackage } from './buildPackage.ts';
import {
  folderManifests,
  othersBuiltIn,
  publishedManifest,
  type SourceManifest,
} from './publishedManifest.ts';

/** Folders of `packages` that are published. */
export const publishedPackages = ['smart-queue', 'redux-persist-sqlite'] as const;

export interface PackedPackage {
  readonly name: string;
  /** The archive that `npm publish` would send. */
  readonly archive: string;
  readonly subpaths: readonly string[];
}

/** Builds and packs every published package; the archives come to lie in `target`, an absolute path. */
export async function packPackages(target: string): Promise<readonly PackedPackage[]> {
  mkdirSync(target, { recursive: true });
  return await Promise.all(publishedPackages.map((name) => packPackage(name, target)));
}

async function packPackage(name: string, target: string): Promise<PackedPackage> {
  const folder = join(repositoryRoot, 'packages', name);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as SourceManifest;
  const staged = mkdtempSync(join(tmpdir(), 'fieldchart-publish-'));
  try {
    await buildPackage(folder, manifest, join(staged, 'dist'));
    writeManifest(staged, publishedManifest(manifest));
    for (const { folder: subfolder, manifest: small } of folderManifests(manifest)) {
      writeManifest(join(staged, subfolder), small);
    }
    copyFileSync(join(repositoryRoot, 'LICENSE'), join(staged, 'LICENSE'));
    for (const other of othersBuiltIn(manifest)) {
      const licence = join(staged, 'licences', `${other.replace('@', '').replace('/', '-')}.txt`);
      mkdirSync(dirname(licence), { recursive: true });
      copyFileSync(join(repositoryRoot, 'node_modules', other, 'LICENSE'), licence);
    }
    const readme = join(folder, 'README.md');
    if (existsSync(readme)) copyFileSync(readme, join(staged, 'README.md'));
    const packed = await runCommand(
      'npm',
      ['pack', '--json', '--ignore-scripts', '--offline', '--pack-destination', target],
      {
        cwd: staged,
      },
    );
    if (packed.code !== 0) throw new Error(`${name} could not be packed:\n${packed.output}`);
  } finally {
    rmSync(staged, { recursive: true, force: true });
  }
  const archive = `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`;
  return { name: manifest.name, archive: join(target, archive), subpaths: Object.keys(manifest.exports) };
}

function writeManifest(folder: string, manifest: Record<string, unknown>): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
