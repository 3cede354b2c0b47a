import { expect, test } from 'vitest';
import { daysOf, startOfDay } from './startOfDay.ts';

test('a range holds both of its days whole, by the calendar of this device', () => {
  const from = startOfDay('2026-03-01') ?? '';
  const before = startOfDay('2026-03-31', 1) ?? '';
  expect(Date.parse(from)).toBe(new Date(2026, 2, 1).getTime());
  expect(Date.parse(before)).toBe(new Date(2026, 3, 1).getTime());
  expect(daysOf({ from, before })).toEqual({ first: '2026-03-01', last: '2026-03-31' });
  expect(daysOf({})).toEqual({ first: '', last: '' });
});

test('what is no day is none', () => {
  expect(['2026-02-30', '2026-3-1', '', '20260301'].map((day) => startOfDay(day))).toEqual([
    null,
    null,
    null,
    null,
  ]);
});
