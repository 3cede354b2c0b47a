import { expect, test } from 'vitest';
import { stemOf } from './stems.ts';

test.each([
  ['running', 'runs'],
  ['medications', 'medication'],
  ['depression', 'depressed'],
  ['anxieties', 'anxiety'],
  ['cries', 'crying'],
])('English: %s and %s are one', (a, b) => {
  expect(stemOf(a, 'en')).toBe(stemOf(b, 'en'));
});

test.each([
  ['llorando', 'lloro'],
  ['ninos', 'ninas'],
  ['depresiones', 'depresion'],
  ['medicamentos', 'medicamento'],
  ['hablaba', 'hablo'],
])('Spanish, without its accents: %s and %s are one', (a, b) => {
  expect(stemOf(a, 'es')).toBe(stemOf(b, 'es'));
});

test('numbers and the shortest words are their own stems, and a stem is never a word', () => {
  expect(stemOf('f41', 'en')).toBe('=en=f41');
  expect(stemOf('us', 'en')).toBe('=en=us');
  expect(stemOf('as', 'es')).toBe('=es=as');
});
