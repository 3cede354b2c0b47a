import { expect, test } from 'vitest';
import { isLikely } from './likelyDuplicates.ts';

const client = { name: 'María José González Peña', birthDate: '1980-03-12' };
const typed = (given: string, family: string, birthDate = '') =>
  isLikely(client, { given, family, birthDate });

test('two of first name, last name and birth date agree', () => {
  expect(typed('Maria', 'Gonzales')).toBe(true);
  expect(typed('Mari', 'Gonzalez', '1980-03-12')).toBe(true);
  expect(typed('Ana', 'Peña', '1980-03-12')).toBe(true);
  expect(typed('José', 'Smith', '1980-03-12')).toBe(true);
});

test('one alone is no likeness, and nothing typed is none', () => {
  expect(typed('Ana', 'Peña')).toBe(false);
  expect(typed('Ana', 'Smith', '1980-03-12')).toBe(false);
  expect(typed('María', 'Smith', '1980-03-13')).toBe(false);
  expect(typed('', '')).toBe(false);
  expect(isLikely({ name: 'Ana Li', birthDate: null }, { given: '', family: 'Li', birthDate: '' })).toBe(
    false,
  );
});
