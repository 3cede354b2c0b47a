import fc from 'fast-check';
import { expect, test } from 'vitest';
import { noteNumber } from './noteNumber.ts';

test('of two moments the later one has the larger number', () => {
  const moment = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 });
  fc.assert(
    fc.property(moment, moment, (a, b) => {
      const [numberA, numberB] = [a, b].map((time) => noteNumber(new Date(time).toISOString())) as [
        number,
        number,
      ];
      expect(Math.sign(numberA - numberB)).toBe(Math.sign(a - b));
    }),
  );
});

test('a date is the same moment in every zone and precision', () => {
  expect(noteNumber('2026-03-01T10:00:00-05:00')).toBe(noteNumber('2026-03-01T15:00:00.000Z'));
  expect(noteNumber('2026-03-01')).toBe(noteNumber('2026-03-01T00:00:00Z'));
  expect(noteNumber('2026-03')).toBe(noteNumber('2026-03-01'));
  expect(noteNumber('2026')).toBe(noteNumber('2026-01-01'));
});

test('what is no date stands at the end', () => {
  expect(noteNumber('soon')).toBeLessThan(noteNumber('1601-01-01'));
});
