import { expect, test } from 'vitest';
import { compileNoteQuery } from './noteQuery.ts';
import { snippetOf } from './snippet.ts';

const shown = (text: string, query: string, length = 60) =>
  snippetOf(text, compileNoteQuery({ text: query }), length)
    .map((part) => (part.marked ? `[${part.text}]` : part.text))
    .join('');

test('what was found is marked as it was written', () => {
  expect(shown('Siente Ánimo hoy', 'animo')).toBe('Siente [Ánimo] hoy');
  expect(shown('She was crying, and cried.', 'cries ')).toBe('She was [crying], and [cried].');
  expect(shown('She was crying at night', '"crying at" nig')).toBe('She was [crying] [at] [night]');
});

test('a long text is cut between words around the first place', () => {
  const text = `${'before '.repeat(40)}panic ${'after '.repeat(40)}`.trim();
  const snippet = shown(text, 'panic ');
  expect(snippet).toMatch(/^…(before )+\[panic\]( after)+…$/u);
  expect(snippet.length).toBeLessThanOrEqual(66);
});

test('where nothing is found, the beginning is shown; an empty text is empty', () => {
  expect(shown('One two three', 'panic ')).toBe('One two three');
  expect(shown('', 'panic ')).toBe('');
});

test('a word longer than the stretch is cut rather than left out', () => {
  expect(shown('x'.repeat(200), 'panic ')).toBe(`${'x'.repeat(60)}…`);
});
