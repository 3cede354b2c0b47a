import { expect, test } from 'vitest';
import { judgePassphrase, judgePin } from './judgeSecret.ts';

test.each([
  ['12345', 'too-short'],
  ['', 'too-short'],
  ['12a456', 'digits-only'],
  ['123456', 'sequential'],
  ['987654', 'sequential'],
  ['890123', 'sequential'],
  ['111111', 'repeated'],
  ['121212', 'common'],
  ['474747', 'repeated'],
  ['492492', 'repeated'],
  ['159753', 'common'],
  ['19840217', 'common'],
] as const)('the PIN %s is refused as %s', (pin, kind) => {
  expect(judgePin(pin)).toMatchObject({ ok: false, error: { kind } });
});

test('a PIN with no pattern is taken, full-width digits included', () => {
  expect(judgePin('739158')).toEqual({ ok: true, value: { guessesLog10: 6 } });
  expect(judgePin('７３９１５８').ok).toBe(true);
});

test('a passphrase needs ten million million guesses by the estimator', async () => {
  const estimator = (guesses: number) => ({ guessesLog10: () => Promise.resolve(guesses) });
  expect(await judgePassphrase('four words of mine', estimator(13))).toMatchObject({ ok: true });
  expect(await judgePassphrase('four words of mine', estimator(12.9))).toMatchObject({
    error: { kind: 'too-guessable' },
  });
  expect(await judgePassphrase('four words', estimator(Number.NaN))).toMatchObject({ ok: false });
  expect(await judgePassphrase('short', estimator(20))).toMatchObject({ error: { kind: 'too-short' } });
});
