import { expect, test } from 'vitest';
import { countNarrowing, isSameNarrowing, savedNoteFilters } from './savedNoteFilters.ts';

test('a saved filter is what it narrows to, however it came about', () => {
  const saved = new Map(savedNoteFilters('Practitioner/p1'));
  expect(
    isSameNarrowing(saved.get('my-unsigned') ?? {}, { status: 'preliminary', author: 'Practitioner/p1' }),
  ).toBe(true);
  expect(isSameNarrowing(saved.get('mine') ?? {}, { author: 'Practitioner/p2' })).toBe(false);
  expect(isSameNarrowing(saved.get('all') ?? {}, {})).toBe(true);
});

test('both ends of a time count as one filter', () => {
  expect(countNarrowing({})).toBe(0);
  expect(
    countNarrowing({ from: '2026-01-01T00:00:00Z', before: '2026-02-01T00:00:00Z', status: 'final' }),
  ).toBe(2);
});
