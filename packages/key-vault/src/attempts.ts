/** Unlocks begun and not yet succeeded in, as it rests on the disk. */
export interface Attempts {
  /** Attempts since the last success, the one under way included. */
  readonly count: number;
  /** This device's clock at the last of them. */
  readonly at: number;
}

const second = 1000;
const minute = 60 * second;

/** Delay after the n-th wrong secret in a row. Three slips of the finger are free. */
const delays = [0, 0, 0, 0, 10 * second, 30 * second, minute, 5 * minute, 15 * minute, 60 * minute] as const;

/** Milliseconds to wait after `count` wrong secrets in a row. */
export function delayAfter(count: number): number {
  return delays[Math.min(Math.max(count, 0), delays.length - 1)] ?? 0;
}

/**
 * Until when the next attempt waits, or null if it may begin.
 *
 * A clock set back would make the wait longer than it was, or endless; one set back again and again would never
 * let it end: `restart` says that the wait begins anew from the time the clock shows now, and must be kept.
 */
export function waitFor(
  attempts: Attempts,
  now: number,
): { readonly untilMs: number; readonly restart: Attempts | null } | null {
  const delay = delayAfter(attempts.count);
  if (delay === 0) return null;
  if (now < attempts.at) return { untilMs: now + delay, restart: { count: attempts.count, at: now } };
  const untilMs = attempts.at + delay;
  return now < untilMs ? { untilMs, restart: null } : null;
}

/**
 * What was read, if it can be an attempts record. A damaged one leaves no free slips: whoever can damage it
 * gains nothing by it, and who did not is held up for seconds only.
 */
export function readAttempts(stored: Attempts | null): Attempts {
  if (stored === null) return { count: 0, at: 0 };
  const { count, at } = stored;
  const sound = Number.isSafeInteger(count) && count >= 0 && Number.isSafeInteger(at) && at >= 0;
  return sound ? { count, at } : { count: 3, at: 0 };
}
