import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CARRIED_TEXT_NAMES, base64UrlEncode, readCarriedText, toCarriedText, utf8Encode } from './index.ts';
import { fuzzRuns } from './testing/index.ts';

const runs = fuzzRuns();

const hash = async (text: string) =>
  base64UrlEncode(new Uint8Array(await crypto.subtle.digest('SHA-256', utf8Encode(text))));

const read = async (text: string) => {
  const result = await readCarriedText({ kind: 'ticket', text, dots: 4, longest: 4096, hash });
  return result.ok ? result.value : result.error.kind;
};

const payload = 'aaaa.bbbb.cccc.dddd.eeee';

test('no changed character of a carried text goes unseen', async () => {
  const text = await toCarriedText('ticket', payload, hash);
  const place = fc.integer({ min: 12, max: text.length - 1 });
  await fc.assert(
    fc.asyncProperty(place, fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }), async (at, other) => {
      const changed = text.slice(0, at) + other + text.slice(at + 1);
      fc.pre(changed.replace(/\s/gu, '') !== text);
      expect(['altered', 'truncated']).toContain(await read(changed));
    }),
    runs,
  );
});

test('any text that nobody wrapped is refused by name, and any payload that was wrapped comes back', async () => {
  const name = fc.constantFrom(...Object.values(CARRIED_TEXT_NAMES), 'FIELDCHART', '');
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.tuple(name, fc.array(fc.string(), { maxLength: 8 })).map((parts) => parts.flat().join('.')),
  );
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      expect(['malformed', 'wrong-kind', 'truncated', 'altered']).toContain(await read(text));
    }),
    runs,
  );
  const word = fc.base64String().map((text) => text.replaceAll(/[+/=]/gu, '_'));
  await fc.assert(
    fc.asyncProperty(fc.array(word, { minLength: 5, maxLength: 5 }), async (words) => {
      const whole = words.join('.');
      expect(await read(await toCarriedText('ticket', whole, hash))).toBe(whole);
    }),
    runs,
  );
});
