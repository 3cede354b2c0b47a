import { webcrypto } from 'node:crypto';
import { expect, test } from 'vitest';
import { publishedVectors } from './testing/publishedVectors.ts';

test.each(publishedVectors)('answers as published: $name', async (vector) => {
  expect(await vector.answer(webcrypto)).toBe(vector.expected);
});
