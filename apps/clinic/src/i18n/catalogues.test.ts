import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import en from './en.json' with { type: 'json' };
import es from './es.json' with { type: 'json' };

type Catalogue = { readonly [key: string]: string | Catalogue };

const flatten = (catalogue: Catalogue, prefix = ''): Map<string, string> =>
  new Map(
    Object.entries(catalogue).flatMap(([key, value]) =>
      typeof value === 'string'
        ? [[prefix + key, value] as const]
        : [...flatten(value, `${prefix}${key}.`).entries()],
    ),
  );

const english = flatten(en);
const spanish = flatten(es);
const root = path.resolve(import.meta.dirname, '..');
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.test.ts'))
  .map((file) => readFileSync(path.join(root, file), 'utf8'))
  .join('\n');

const keyOf = (key: string) => key.replace(/_(?:one|other)$/, '');
const placeholders = (text: string) =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).toSorted();

test('both catalogues have the same keys, none empty, with the same placeholders', () => {
  expect([...spanish.keys()]).toEqual([...english.keys()]);
  for (const [key, text] of english) {
    expect(text.trim(), key).not.toBe('');
    expect(spanish.get(key)?.trim(), key).not.toBe('');
    expect(placeholders(spanish.get(key) ?? ''), key).toEqual(placeholders(text));
  }
});

test('every key is used by a screen', () => {
  const unused = [...new Set([...english.keys()].map(keyOf))].filter((key) => !sources.includes(`'${key}'`));
  expect(unused).toEqual([]);
});

test('every key that a screen names is in the catalogue', () => {
  const known = new Set([...english.keys()].map(keyOf));
  const groups = Object.keys(en).join('|');
  const named = [...sources.matchAll(new RegExp(`'((?:${groups})\\.[\\w.]+)'`, 'g'))].map(
    (match) => match[1],
  );
  expect(named.length).toBeGreaterThan(200);
  expect([...new Set(named)].filter((key) => key !== undefined && !known.has(key))).toEqual([]);
});
