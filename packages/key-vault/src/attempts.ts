import { type LockedEvent, addEvents, readEvents } from './lockedEvents.ts';

/** Unlocks begun and not yet succeeded in, as it rests on the disk. */
export interface Attempts {
  /** Attempts since the last success, the one under way included. */
  readonly count: number;
  /** This device's clock at the last of them. */
  readonly at: number;
  /** This device's clock at the first of them. */
  readonly first: number;
  /** The organisation's policy destroyed the record at the last of them. */
  readonly erased?: true;
  /** What the audit chain does not tell of yet. */
  readonly events?: readonly LockedEvent[];
}

/** Nothing was tried since the last success. */
export const NO_ATTEMPTS: Attempts = { count: 0, at: 0, first: 0 };

const second = 1000;
const minute = 60 * second;

/** Delay after the n-th wrong secret in a row. Three slips of the finger are free. */
const delays = [0, 0, 0, 0, 10 * second, 30 * second, minute, 5 * minute, 15 * minute, 60 * minute] as const;

/** So many wrong secrets in a row bring no wait. */
export const FREE_ATTEMPTS = delays.findIndex((delay) => delay > 0) - 1;

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
  if (now < attempts.at) return { untilMs: now + delay, restart: { ...attempts, at: now } };
  const untilMs = attempts.at + delay;
  return now < untilMs ? { untilMs, restart: null } : null;
}

/**
 * What was read, if it can be an attempts record. A damaged one leaves no free slips: whoever can damage it
 * gains nothing by it, and who did not is held up for seconds only.
 */
export function readAttempts(stored: Attempts | null): Attempts {
  if (stored === null) return NO_ATTEMPTS;
  const { count, at, first } = stored;
  const sound = [count, at, first].every((value) => Number.isSafeInteger(value) && value >= 0);
  return {
    ...(sound ? { count, at, first } : { count: 3, at: 0, first: 0 }),
    ...(stored.erased === true ? { erased: true } : {}),
    ...withEvents(readEvents(stored.events)),
  };
}

/** The record of one attempt more, to be durable before anything is derived from the secret. */
export function countAttempt(before: Attempts, now: number): Attempts {
  return { ...before, count: before.count + 1, at: now, first: before.count === 0 ? now : before.first };
}

/** After a success: the wrong secrets before it, if there were any, become an event under this id. */
export function closeRun(before: Attempts, id: string): Attempts {
  const { count, at, first, erased, events = [] } = before;
  const run: LockedEvent = { kind: 'failures', id, count, first, at, ...(erased === true ? { erased } : {}) };
  return { ...NO_ATTEMPTS, ...withEvents(count === 0 ? events : addEvents(events, [run])) };
}

/** The same attempts, with events that are to be told. */
export function tell(attempts: Attempts, added: readonly LockedEvent[]): Attempts {
  return { ...attempts, ...withEvents(addEvents(attempts.events ?? [], added)) };
}

/** The same attempts without the events that the audit chain tells of now. */
export function told(attempts: Attempts, ids: readonly string[]): Attempts {
  const { events = [], ...rest } = attempts;
  return { ...rest, ...withEvents(events.filter(({ id }) => !ids.includes(id))) };
}

function withEvents(events: readonly LockedEvent[]): Pick<Attempts, 'events'> {
  return events.length === 0 ? {} : { events };
}

/** Attempts that are left before the policy destroys the key record; null where there is no such policy. */
export function attemptsLeft(count: number, eraseAfter: number | null): number | null {
  return eraseAfter === null ? null : Math.max(eraseAfter - count, 0);
}
