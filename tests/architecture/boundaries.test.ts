import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

// The boundary rules are only worth something if a violation is caught: each case plants one in a small tree of
// its own and runs the real rules over it.

const root = join(import.meta.dirname, '../..');
const trees: string[] = [];
afterAll(() => {
  for (const tree of trees) rmSync(tree, { recursive: true, force: true });
});

/** Runs the rules over files of these contents; what they say, or 'clean'. */
function judge(files: Readonly<Record<string, string>>): string {
  const tree = mkdtempSync(join(tmpdir(), 'fieldchart-planted-'));
  trees.push(tree);
  for (const name of ['.dependency-cruiser.mjs', 'tsconfig.base.json'])
    cpSync(join(root, name), join(tree, name));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  }
  try {
    execFileSync(
      join(root, 'node_modules/.bin/depcruise'),
      ['--config', '.dependency-cruiser.mjs', '--output-type', 'err', 'packages', 'apps'],
      { cwd: tree, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    );
    return 'clean';
  } catch (error) {
    return String((error as { stdout: unknown }).stdout);
  }
}

const leaf = 'export const leaf = 1;\n';
const lawful = {
  'packages/foundation/src/index.ts': leaf,
  'packages/record-store/src/index.ts': "export { leaf } from '../../foundation/src/index.ts';\n",
  'apps/clinic/src/screen.ts': leaf,
  'apps/sync-server/src/main.ts': leaf,
};

test('what the rules allow passes', () => {
  expect(judge(lawful)).toBe('clean');
});

test.each([
  [
    'a pure package that takes the store',
    'packages/smart-queue/src/x.ts',
    '../../record-store/src/index.ts',
    'smart-queue-imports',
  ],
  [
    'the foundation taking anything',
    'packages/foundation/src/x.ts',
    '../../record-store/src/index.ts',
    'foundation-imports',
  ],
  [
    'a screen that takes the store',
    'apps/clinic/src/x.ts',
    '../../../packages/record-store/src/index.ts',
    'screens-take-no-adapter',
  ],
  [
    'the server taking the store',
    'apps/sync-server/src/x.ts',
    '../../../packages/record-store/src/index.ts',
    'server-imports',
  ],
  ['an import of what is not there', 'packages/record-store/src/x.ts', './gone.ts', 'resolvable'],
])('%s is caught', (_name, path, target, rule) => {
  expect(
    judge({ ...lawful, [path]: `import * as planted from '${target}';\nexport { planted };\n` }),
  ).toContain(rule);
});

test('a circle of imports is caught', () => {
  const circle = {
    'packages/clinical/src/a.ts': "import { b } from './b.ts';\nexport const a = () => b;\n",
    'packages/clinical/src/b.ts': "import { a } from './a.ts';\nexport const b = () => a;\n",
  };
  expect(judge({ ...lawful, ...circle })).toContain('no-cycles');
});
