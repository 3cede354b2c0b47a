import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const documents = ['ARCHITECTURE.md', 'README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/security.md'];
const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');

/** Relative links of a page: `[text](target#fragment)`. */
function links(page: string): { readonly label: string; readonly target: string }[] {
  return [...page.matchAll(/\[(?<label>[^\]]+)\]\((?<target>[^)\s#]+)(?:#[^)]*)?\)/gu)]
    .map((match) => ({ label: match.groups?.['label'] ?? '', target: match.groups?.['target'] ?? '' }))
    .filter(({ target }) => !/^[a-z]+:/u.test(target));
}

test.each(documents)('every file that %s links to exists', (name) => {
  const page = readFileSync(join(root, name), 'utf8');
  const gone = links(page)
    .map(({ target }) => target)
    .filter((target) => !existsSync(join(root, dirname(name), target)));
  expect(gone).toEqual([]);
});

// A hop is written [`functionName`](path/to/file.ts): the file must still define or use that name.
const hops = links(text).filter(({ label, target }) => /^`\w+`$/u.test(label) && /\.tsx?$/u.test(target));

test('ARCHITECTURE.md draws both paths as hops', () => {
  expect(text).toContain('## Keystroke → disk');
  expect(text).toContain('## Mutation → server');
  expect(hops.length).toBeGreaterThanOrEqual(10);
});

test.each(hops.map(({ label, target }) => [label, target] as const))(
  'the hop %s still stands in %s',
  (label, target) => {
    expect(readFileSync(join(root, target), 'utf8')).toMatch(
      new RegExp(`\\b${label.replaceAll('`', '')}\\b`, 'u'),
    );
  },
);

const laws = [
  'D1',
  'D2',
  'D3',
  'D4',
  'E1',
  'E2',
  'E3',
  'E4',
  'E5',
  'O1',
  'O2',
  'O3',
  'O4',
  'O5',
  'O6',
  'O7',
  'C1',
  'C2',
  'S1',
  'S2',
  'S3',
];

test.each(laws)('law %s is written down', (law) => {
  expect(text).toMatch(new RegExp(`^- \\*\\*${law}\\*\\* `, 'mu'));
});
