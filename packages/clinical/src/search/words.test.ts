import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wordsOf } from './words.ts';

const words = (text: string) => wordsOf(text).map(({ word }) => word);

test('words are folded: case, diacritics, ligatures and full-width letters make no difference', () => {
  expect(words('Ánimo, NIÑO; eﬀect ＡＢＣ Straße')).toEqual(['animo', 'nino', 'effect', 'abc', 'strasse']);
});

test('an apostrophe within a word is left out, straight or curled', () => {
  expect(words(`client's don’t 'quoted'`)).toEqual(['clients', 'dont', 'quoted']);
});

test('signs part words, digits are letters of them', () => {
  expect(words('F41.1 PHQ-9=14, self-harm')).toEqual(['f41', '1', 'phq', '9', '14', 'self', 'harm']);
});

test('a word knows where it stands in the text as it was written', () => {
  const text = 'Siente  ánimo';
  expect(wordsOf(text).map(({ start, end }) => text.slice(start, end))).toEqual(['Siente', 'ánimo']);
});

test('whatever is written, a word holds letters and digits alone, 40 at most, and folding it again changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      for (const { word } of wordsOf(text)) {
        expect(word).toMatch(/^[\p{L}\p{N}]{1,40}$/u);
        expect(words(word)).toEqual([word]);
      }
    }),
    { numRuns: 2000 },
  );
});
