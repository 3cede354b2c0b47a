import type { Random } from '@fieldchart/foundation';

const firstMs = 1000;
const longestMs = 60_000;

/**
 * How long to wait before the next try: exponential with full jitter, never shorter than the server asked.
 * There is no last try.
 */
export function backoffDelay(options: {
  readonly attempt: number;
  readonly retryAfterMs: number | undefined;
  readonly random: Random;
}): number {
  const ceiling = Math.min(longestMs, firstMs * 2 ** Math.min(options.attempt, 16));
  const [high = 0, low = 0] = options.random.bytes(2);
  const jittered = Math.ceil((ceiling * (high * 256 + low + 1)) / 65_536);
  return Math.max(jittered, options.retryAfterMs ?? 0);
}
