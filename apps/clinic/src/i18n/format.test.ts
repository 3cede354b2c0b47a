import { expect, test } from 'vitest';
import { ageInYears, formatDate, formatMoment, groupActivationCode, groupIsoDate } from './format.ts';

test('a birth date shows the same day in every time zone and language', () => {
  expect(formatDate('1984-03-12', 'en')).toBe('Mar 12, 1984');
  expect(formatDate('1984-03-12', 'es')).toBe('12 mar 1984');
});

test('what is not a date is shown as it is', () => {
  expect(formatDate('spring', 'en')).toBe('spring');
});

test('age counts birthdays, not years', () => {
  const birthday = new Date(2026, 2, 12, 9).getTime();
  expect(ageInYears('1984-03-12', birthday)).toBe(42);
  expect(ageInYears('1984-03-13', birthday)).toBe(41);
  expect(ageInYears('1984', birthday)).toBeUndefined();
  expect(ageInYears('2030-01-01', birthday)).toBeUndefined();
});

test('an activation code is grouped as it is typed, its check character apart', () => {
  expect(groupActivationCode('abcd')).toBe('ABCD');
  expect(groupActivationCode('abcde')).toBe('ABCD-E');
  expect(groupActivationCode('ABCD EFGH-JKMN PQRS*')).toBe('ABCD-EFGH-JKMN-PQRS-*');
});

test('a date gets its hyphens while it is typed, and can be deleted backwards', () => {
  expect(groupIsoDate('1984')).toBe('1984');
  expect(groupIsoDate('198403')).toBe('1984-03');
  expect(groupIsoDate('1984-03-1')).toBe('1984-03-1');
  expect(groupIsoDate('1984-')).toBe('1984');
});

test('a moment of today is told by its time alone, any other with its date', () => {
  const now = new Date(2026, 10, 22, 23, 30).getTime();
  expect(formatMoment(new Date(2026, 10, 22, 9, 5).getTime(), now, 'en')).toMatch(/^9:05\sAM$/u);
  expect(formatMoment(new Date(2026, 10, 21, 23, 45).toISOString(), now, 'es')).toBe('21 nov 2026, 23:45');
  expect(formatMoment('spring', now, 'en')).toBe('spring');
});
