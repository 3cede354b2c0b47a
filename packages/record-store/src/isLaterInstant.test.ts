import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isLaterInstant } from './isLaterInstant.ts';
import { isNewer } from './rows.ts';

test('instants are compared by the moment, whatever their offset and decimals', () => {
  expect(isLaterInstant('2026-11-22T10:00:00.500Z', '2026-11-22T10:00:00Z')).toBe(true);
  expect(isLaterInstant('2026-11-22T10:00:00Z', '2026-11-22T10:00:00.500Z')).toBe(false);
  expect(isLaterInstant('2026-11-22T10:00:01+02:00', '2026-11-22T08:00:00Z')).toBe(true);
  expect(isLaterInstant('2026-11-22T09:30:00Z', '2026-11-22T10:00:00+01:00')).toBe(true);
  expect(isLaterInstant('2026-11-22T10:00:00.1234567Z', '2026-11-22T10:00:00.1234566Z')).toBe(true);
  expect(isLaterInstant('2026-11-22T10:00:00.5Z', '2026-11-22T10:00:00.500+00:00')).toBe(false);
});

test('moments in the server’s own form keep their order', () => {
  const instant = fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true });
  fc.assert(
    fc.property(instant, instant, (a, b) => {
      expect(isLaterInstant(a.toISOString(), b.toISOString())).toBe(a.getTime() > b.getTime());
    }),
  );
});

test('versions that do not count are ordered by the server’s clock, even where it changes its way of writing', () => {
  const held = { versionId: 'b3f1', serverTime: '2026-11-22T10:00:00Z' };
  expect(isNewer({ versionId: '07aa', serverTime: '2026-11-22T10:00:00.200Z' }, held)).toBe(true);
  expect(isNewer({ versionId: '07aa', serverTime: '2026-11-22T11:59:59+02:00' }, held)).toBe(false);
});
