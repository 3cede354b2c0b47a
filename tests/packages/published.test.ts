import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PackedPackage, packPackages, publishedPackages } from '../../scripts/publish/packPackages.ts';
import { repositoryRoot, runCommand } from '../../scripts/runCommand.ts';
import { bundleWithMetro, runBundle } from './bundleWithMetro.ts';
import { createEmptyProject } from './emptyProject.ts';

// What users get: the archives as `npm publish` would send them, installed where there is nothing else. A use of
// each importable path is a file of `uses`, and what it prints stands here.
const printed: Readonly<Record<string, string>> = {
  'smart-queue': 'smart-queue sends create b',
  'smart-queue-redux-offline':
    'redux-offline sends 1: {"effect":{"method":"PUT","url":"/notes/1","json":{"text":"b"}}}',
  'redux-persist-sqlite': 'redux-persist-sqlite answers STORAGE_READ_ONLY',
};
const uses = Object.keys(printed);

/** The blocks of TypeScript that say what they print. */
const examples = publishedPackages.flatMap((name) => {
  const readme = join(repositoryRoot, 'packages', name, 'README.md');
  if (!existsSync(readme)) return [];
  const blocks = [...readFileSync(readme, 'utf8').matchAll(/^```ts\n(?<text>.*?)^```$/gmsu)];
  return blocks.flatMap((block, at) => {
    const text = block.groups?.['text'] ?? '';
    const prints = [...text.matchAll(/^\/\/ prints: (?<line>.*)$/gmu)].map(
      (line) => line.groups?.['line'] ?? '',
    );
    return prints.length === 0 ? [] : [{ file: `${name}-${at}`, text, prints }];
  });
});

const archives = mkdtempSync(join(tmpdir(), 'fieldchart-archives-'));
const project = createEmptyProject();
let packed: readonly PackedPackage[];

beforeAll(async () => {
  packed = await packPackages(archives);
  await project.install(packed.map(({ archive }) => archive));
  project.copyInBothKinds('tests/packages/uses', uses);
});
afterAll(() => {
  rmSync(archives, { recursive: true, force: true });
  project.remove();
});

const installed = (name: string) => join(project.folder, 'node_modules', name);

test('every published package is installed without a network, and nothing comes with it', () => {
  const inFolder = readdirSync(join(project.folder, 'node_modules/@fieldchart')).map(
    (name) => `@fieldchart/${name}`,
  );
  expect(inFolder.toSorted()).toEqual(packed.map(({ name }) => name).toSorted());
  expect(readdirSync(join(project.folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
    '@fieldchart',
  ]);
});

test('every importable path of every published package is put to use here', () => {
  const paths = packed.flatMap(({ name, subpaths }) =>
    subpaths.map((subpath) => `${name.replace('@fieldchart/', '')}${subpath.slice(1).replaceAll('/', '-')}`),
  );
  expect(paths.toSorted()).toEqual(uses.toSorted());
});

test('no package ships its sources, tests, or a path of the machine that built it', () => {
  for (const { name } of packed) {
    const files = readdirSync(installed(name), { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(files.map((file) => file.name).filter((file) => /(?<!\.d)\.[mc]?ts$/u.test(file))).toEqual([]);
    for (const file of files) {
      const text = readFileSync(join(file.parentPath, file.name), 'utf8');
      expect(text, file.name).not.toMatch(/node_modules|@fieldchart\/foundation|file:\/\//u);
      expect(text, file.name).not.toContain(process.cwd());
    }
  }
});

test('publint finds nothing to say of any package', async () => {
  for (const { name } of packed) {
    const { messages } = await publint({ pkgDir: installed(name), pack: false, strict: true });
    expect(messages, name).toEqual([]);
  }
});

test('are-the-types-wrong finds them right under node10, node16 and bundlers, for every subpath', async () => {
  for (const { archive } of packed) {
    const { code, output } = await runCommand('attw', ['--profile', 'strict', '--format', 'ascii', archive]);
    expect(code, output).toBe(0);
  }
});

describe('used', () => {
  beforeAll(() => {
    project.write(
      'tsconfig.json',
      JSON.stringify({
        compilerOptions: {
          module: 'nodenext',
          target: 'es2022',
          lib: ['es2022'],
          types: [],
          strict: true,
          exactOptionalPropertyTypes: true,
          skipLibCheck: false,
        },
        include: ['*.mts', '*.cts'],
      }),
    );
  });

  test('the types hold for an ES module and for CommonJS, with the language alone', async () => {
    expect(await project.run('tsc', ['-p', '.', '--pretty', 'false'])).toBe('');
  });

  test.each(uses)('%s runs in Node as an ES module and as CommonJS', async (use) => {
    for (const extension of ['mjs', 'cjs']) {
      expect(await project.run('node', [`${use}.${extension}`])).toBe(`${printed[use]}\n`);
    }
  });

  test.each([
    ['reads `exports`', true],
    ['does not', false],
  ])('all run in a bundle of a Metro that %s', async (_which, readsExports) => {
    const files = uses.flatMap((use) => [`${use}.mjs`, `${use}.cjs`]);
    project.write('all.js', files.map((file) => `require('./${file}');`).join('\n'));
    const code = await bundleWithMetro(project.folder, 'all.js', { readsExports });
    const lines = await runBundle(code);
    const twice = uses.flatMap((use) => [`${printed[use]}`, `${printed[use]}`]);
    expect(lines.toSorted()).toEqual(twice.toSorted());
  });
});

describe('the examples of the READMEs', () => {
  beforeAll(() => {
    // What they take beside the package itself.
    for (const name of ['@redux-offline/redux-offline', '@reduxjs/toolkit', 'redux']) project.link(name);
    for (const { file, text } of examples) project.write(`readme/${file}.mts`, text);
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2022',
      lib: ['es2022', 'dom'],
      types: [],
      strict: true,
      skipLibCheck: true,
    };
    project.write('readme/tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.mts'] }));
  });

  test('their types hold', async () => {
    expect(await project.run('tsc', ['-p', 'readme', '--pretty', 'false'])).toBe('');
  });

  test.each(examples)('$file prints what it says', async ({ file, prints }) => {
    expect((await project.run('node', [`readme/${file}.mjs`])).trimEnd().split('\n')).toEqual(prints);
  });
});
