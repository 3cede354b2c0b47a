import type { Clock } from '../clock.ts';

/** A clock that stands still until it is told to move. */
export interface FakeClock extends Clock {
  advance(milliseconds: number): void;
  set(milliseconds: number): void;
}

export function createFakeClock(start = 1_790_000_000_000): FakeClock {
  let time = start;
  return {
    now: () => time,
    advance: (milliseconds) => {
      time += milliseconds;
    },
    set: (milliseconds) => {
      time = milliseconds;
    },
  };
}
