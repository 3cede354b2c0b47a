import fc from 'fast-check';
import { expect, test } from 'vitest';
import { validateResource } from '../fhir/resources.ts';
import { narrativeToPlain, normalizePlain, plainToNarrative } from './narrative.ts';

const awkward = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ' ',
        '  ',
        '\t',
        '\n',
        '\n\n',
        '\r\n',
        '\r',
        '\u00A0',
        '&',
        '<',
        '>',
        '&amp;',
        '&#160;',
        '<br/>',
      ),
      fc.constantFrom(
        '</div>',
        '<div>',
        '\u0000',
        '\u0007',
        '\u0085',
        '\u2028',
        '\uFFFE',
        '\uD83D',
        '😀',
        'é',
        'e\u0301',
      ),
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
    ),
  )
  .map((parts) => parts.join(''));

test('D1: any typed text comes back from its narrative as it was kept', () => {
  fc.assert(
    fc.property(awkward, (text) => {
      expect(narrativeToPlain(plainToNarrative(text))).toBe(normalizePlain(text));
    }),
    { numRuns: 2000 },
  );
});

test('what is kept is kept as it is: keeping twice changes nothing', () => {
  fc.assert(
    fc.property(awkward, (text) => {
      expect(normalizePlain(normalizePlain(text))).toBe(normalizePlain(text));
    }),
  );
});

test('any typed text makes a narrative that the strict schema accepts', () => {
  fc.assert(
    fc.property(awkward, (text) => {
      const div = plainToNarrative(text);
      expect(
        validateResource({ resourceType: 'Patient', id: 'p', text: { status: 'additional', div } }).ok,
      ).toBe(true);
    }),
  );
});

test('every text without controls is kept character by character', () => {
  const text = '  two spaces,\ttab, no-break\u00A0space  \n\n\n last & <least> 😀 ';
  expect(normalizePlain(text)).toBe(text);
  expect(narrativeToPlain(plainToNarrative(text))).toBe(text);
});

test('a character that XML cannot hold leaves a visible mark in its place', () => {
  expect(narrativeToPlain(plainToNarrative('a\u0000b\uD800c\r\nd'))).toBe('a\uFFFDb\uFFFDc\nd');
});

test('XHTML of other systems reads as lines of text', () => {
  const div = `<div xmlns="http://www.w3.org/1999/xhtml">
    <h2 title="a > b">Plan</h2>
    <p>Walk   daily &amp; <b>sleep</b><!-- <p>not this</p> --></p>
    <ul><li>one</li><li>two<br/>and a half</li></ul>
    <table><tr><td>a</td><td>b</td></tr></table>
  </div>`;
  expect(narrativeToPlain(div)).toBe('Plan\nWalk daily & sleep\none\ntwo\nand a half\na b');
});

test('a long run of opening brackets is read in linear time', () => {
  expect(narrativeToPlain(`<div>${'<'.repeat(200_000)}</div>`)).toBe('');
});
