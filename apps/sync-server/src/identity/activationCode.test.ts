import { createSeededRandom } from '@fieldchart/foundation';
import { expect, test } from 'vitest';
import { createActivationCode } from './activationCode.ts';

test('an activation code spells 80 bits in Crockford base32 with its mod-37 check character', () => {
  const bytes = (values: number[]) => ({ bytes: () => Uint8Array.from(values) });
  expect(createActivationCode(bytes([0, 0, 0, 0, 0, 0, 0, 0, 0, 0])).shown).toBe('0000-0000-0000-0000-0');
  // 36 = 1 × 32 + 4, and 36 mod 37 is the last symbol of the check alphabet.
  expect(createActivationCode(bytes([0, 0, 0, 0, 0, 0, 0, 0, 0, 36])).shown).toBe('0000-0000-0000-0014-U');
  expect(createActivationCode(bytes(Array<number>(10).fill(255))).password).toBe('ZZZZZZZZZZZZZZZZ');
});

test('activation codes hold no letter that is taken for a digit', () => {
  const random = createSeededRandom(1);
  for (let count = 0; count < 200; count += 1) {
    expect(createActivationCode(random).password).toMatch(/^[0-9A-HJKMNP-TV-Z]{16}$/u);
  }
});
