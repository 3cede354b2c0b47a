import { expect, test } from 'vitest';
import { note, patient } from './testing/storeFixture.ts';
import { mergeResources, mergeText } from './merge.ts';

test('C1: edits of different words of one text are joined', () => {
  expect(mergeText('one two three', 'one 2 three', 'one two 3')).toEqual({
    text: 'one 2 3',
    conflict: false,
  });
});

test('C1: where both changed the same words it is a conflict, and the text holds mine', () => {
  expect(mergeText('one two', 'one mine', 'one theirs')).toEqual({ text: 'one mine', conflict: true });
});

test('C1: fields merge apart, what the server sets is the server’s, a field changed twice is a conflict', () => {
  const base = patient();
  const theirs = { ...base, gender: 'male' as const, meta: { versionId: '2' } };
  expect(mergeResources(base, { ...base, birthDate: '1981-01-01' }, theirs)).toEqual({
    resource: { ...theirs, birthDate: '1981-01-01' },
    conflict: false,
  });
  expect(mergeResources(base, { ...base, gender: 'other' }, theirs)).toEqual({
    resource: theirs,
    conflict: true,
  });
});

test('C1: without a base every difference is a conflict, and equal contents are none', () => {
  expect(mergeResources(null, note(), note()).conflict).toBe(false);
  expect(mergeResources(null, patient('Bo'), patient()).conflict).toBe(true);
});
