import { createSeededRandom } from '@fieldchart/foundation';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffDelay } from './backoff.ts';

test('the delay grows to a minute at most, is never zero, and never undercuts Retry-After', () => {
  fc.assert(
    fc.property(fc.nat(2000), fc.nat(600_000), fc.integer(), (attempt, retryAfterMs, seed) => {
      const random = createSeededRandom(seed);
      const delay = backoffDelay({ attempt, retryAfterMs: undefined, random });
      expect(delay).toBeGreaterThan(0);
      expect(delay).toBeLessThanOrEqual(Math.min(60_000, 1000 * 2 ** Math.min(attempt, 10)));
      expect(backoffDelay({ attempt, retryAfterMs, random })).toBeGreaterThanOrEqual(retryAfterMs);
    }),
  );
});

test('full jitter: devices that failed together do not come back together', () => {
  const random = createSeededRandom(1);
  const delays = Array.from({ length: 400 }, () =>
    backoffDelay({ attempt: 4, retryAfterMs: undefined, random }),
  );
  expect(Math.min(...delays)).toBeLessThan(1600);
  expect(Math.max(...delays)).toBeGreaterThan(14_400);
});
