import fc from 'fast-check';
import { expect, test } from 'vitest';
import { daysInMonth, instantToMilliseconds } from './calendar.ts';

test('an instant reads back to the millisecond that wrote it', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
      (date) => {
        expect(instantToMilliseconds(date.toISOString())).toBe(date.getTime());
      },
    ),
  );
});

test('an offset moves the instant, and less than a full time is none', () => {
  expect(instantToMilliseconds('2026-03-01T00:30:00+02:00')).toBe(Date.parse('2026-02-28T22:30:00Z'));
  expect(instantToMilliseconds('2026-03-01T00:30:00-07:30')).toBe(Date.parse('2026-03-01T08:00:00Z'));
  expect(instantToMilliseconds('2026-03-01')).toBeUndefined();
});

test('leap years follow the Gregorian rule', () => {
  expect([1900, 2000, 2023, 2024].map((year) => daysInMonth(year, 2))).toEqual([28, 29, 28, 29]);
});
