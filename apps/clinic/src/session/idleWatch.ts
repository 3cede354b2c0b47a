import type { Clock } from '@fieldchart/foundation';

/** A clock set right over the network moves back by less; as much as that lengthens a wait and does not undo it. */
const CLOCK_SLACK_MS = 5_000;

export interface IdleWatch {
  /** Somebody touched or typed. */
  touched(): void;
  /** To be called every few seconds. */
  look(): void;
}

/**
 * Whether the record lay open and untouched for `limitMs`. It compares times rather than counting down, so that a
 * device that slept is found out by the first look or touch after it wakes: a touch that comes too late calls
 * `onIdle` and puts nothing off. A clock that was set back says nothing about how long it was; that counts as too long.
 */
export function createIdleWatch(options: {
  readonly clock: Clock;
  readonly limitMs: number;
  readonly onIdle: () => void;
}): IdleWatch {
  const { clock, limitMs, onIdle } = options;
  let lastTouch = clock.now();
  const overdue = () => {
    const untouched = clock.now() - lastTouch;
    return untouched >= limitMs || untouched < -CLOCK_SLACK_MS;
  };
  return {
    touched() {
      if (overdue()) onIdle();
      else lastTouch = clock.now();
    },
    look() {
      if (overdue()) onIdle();
    },
  };
}
