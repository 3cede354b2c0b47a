import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseHttpDate, retryAfterOf } from './serverTime.ts';

const moments = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 });

test('an HTTP date is read as the platform reads it, to the second', () => {
  fc.assert(
    fc.property(moments, (time) => {
      const date = new Date(time);
      expect(parseHttpDate(date.toUTCString())).toBe(Math.floor(time / 1000) * 1000);
    }),
  );
});

test('what is no date is not guessed at', () => {
  expect(parseHttpDate('yesterday')).toBeUndefined();
  expect(parseHttpDate('Sun, 22 Foo 2026 10:00:00 GMT')).toBeUndefined();
});

test('Retry-After is read in seconds and as a date, never as a time before now', () => {
  const now = Date.parse('2026-11-22T10:00:00Z');
  expect(retryAfterOf({ 'retry-after': '7' }, now)).toBe(7000);
  expect(retryAfterOf({ 'retry-after': 'Sun, 22 Nov 2026 10:01:00 GMT' }, now)).toBe(60_000);
  expect(retryAfterOf({ 'retry-after': 'Sun, 22 Nov 2026 09:01:00 GMT' }, now)).toBe(0);
  expect(retryAfterOf({ 'retry-after': 'soon' }, now)).toBeUndefined();
  expect(retryAfterOf({}, now)).toBeUndefined();
});
