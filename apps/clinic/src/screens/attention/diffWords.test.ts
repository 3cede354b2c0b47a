import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diffWords } from './diffWords.ts';

test('the words that the other side does not have are told apart', () => {
  expect(diffWords('slept well for six hours', 'slept badly for six hours')).toEqual([
    { text: 'slept ', only: false },
    { text: 'well', only: true },
    { text: ' for six hours', only: false },
  ]);
  expect(diffWords('mañana vuelve', 'mañana vuelve')).toEqual([{ text: 'mañana vuelve', only: false }]);
  expect(diffWords('', 'something')).toEqual([]);
  expect(diffWords('all new', '')).toEqual([{ text: 'all new', only: true }]);
});

test('C1: whatever the two texts are, the parts together are the whole text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (own, other) => {
      expect(
        diffWords(own, other)
          .map(({ text }) => text)
          .join(''),
      ).toBe(own);
    }),
  );
});
