import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstNumberFrom, noteNumber } from './noteNumber.ts';

test('a later second has the larger number, whatever the ids, and every number is a safe integer', () => {
  const second = fc.integer({ min: -2_208_988_800, max: 6_380_945_791 });
  fc.assert(
    fc.property(second, second, fc.string(), fc.string(), (a, b, idA, idB) => {
      const [numberA, numberB] = [
        noteNumber(new Date(a * 1000).toISOString(), idA),
        noteNumber(new Date(b * 1000).toISOString(), idB),
      ];
      expect(Number.isSafeInteger(numberA * 8)).toBe(true);
      if (a < b) expect(numberA).toBeLessThan(numberB);
    }),
  );
});

test('a date is the same moment in every zone and precision', () => {
  expect(noteNumber('2026-03-01T10:00:00-05:00', 'a')).toBe(noteNumber('2026-03-01T15:00:00.250Z', 'a'));
  expect(noteNumber('2026-03-01', 'a')).toBe(noteNumber('2026-03-01T00:00:00Z', 'a'));
});

test('a range of dates holds what begins in it', () => {
  expect(noteNumber('2026-03-01', 'zzz')).toBeGreaterThanOrEqual(firstNumberFrom('2026-03-01'));
  expect(noteNumber('2026-02-28T23:59:59Z', 'zzz')).toBeLessThan(firstNumberFrom('2026-03-01'));
});

test('what is no date stands at the end', () => {
  expect(noteNumber('soon', 'a')).toBeLessThan(noteNumber('1901-01-01', 'a'));
});
