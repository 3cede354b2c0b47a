import type { Logger, Timers } from '@fieldchart/foundation';
import type { Glance } from './glanceAtChanges.ts';

/** How often a server looks at the counter while somebody waits: other servers may write to the same database. */
export const LOOK_MILLISECONDS = 1000;

export type Wakening =
  /** Something may be new. */
  | 'touched'
  /** It has waited long enough, or a later request of the device waits instead. */
  | 'over'
  /** Nobody is there any more to be answered. */
  | 'gone'
  | 'stopping';

export interface Waiter {
  readonly practitionerId: string;
  /** One waits for each device. */
  readonly deviceId: string;
  /** What the waiter has read. */
  readonly epoch: string;
  readonly upTo: number;
  /** Ends the wait; its reason is the wakening. */
  readonly end: AbortSignal;
}

/**
 * Whoever waits for changes. However many wait, the database is asked one question a second, and at once after a write
 * of this server: has the counter moved, and whose caseload was touched? Only waiters among those read the feed. (To
 * let every waiter read it at each move of the counter would cost waiters × writes, nearly all for nothing: a write
 * touches one client's care team.)
 */
export interface ChangeWatch {
  wait(waiter: Waiter): Promise<Wakening>;
  /** This server has written something. */
  written(): void;
  /** Ends every wait, and resolves when nothing is asked of the database any more. */
  stop(): Promise<void>;
}

interface Waiting extends Waiter {
  readonly wake: (why: Wakening) => void;
}

export function createChangeWatch(deps: {
  readonly glance: (after: number) => Promise<Glance>;
  readonly timers: Timers;
  readonly logger: Logger;
}): ChangeWatch {
  const waiting = new Map<string, Waiting>();
  /** Epoch, and number up to which waiters were woken for what was written. */
  let seen: { epoch: string; upTo: number } = { epoch: '', upTo: 0 };
  let looking: Promise<void> | undefined;
  let lookAgain = false;
  let cancelLook = () => {};
  let stopped = false;

  const settle = ({ epoch, sequence, everybody, touched }: Glance) => {
    // Another database stands in its place: every cursor has to be looked at.
    const replaced = epoch !== seen.epoch || sequence < seen.upTo;
    seen = { epoch, upTo: sequence };
    const names = new Set(touched);
    for (const waiter of waiting.values()) {
      if (replaced || everybody || names.has(waiter.practitionerId)) waiter.wake('touched');
    }
  };

  const look = async () => {
    try {
      do {
        lookAgain = false;
        settle(await deps.glance(seen.upTo));
      } while (lookAgain && waiting.size > 0);
    } catch (error) {
      // Who waits stays waiting, and reads the feed at the end in any case.
      deps.logger.warn('changes.look-failed', { error: error instanceof Error ? error.name : 'unknown' });
    }
    looking = undefined;
    if (waiting.size > 0) schedule();
  };
  const schedule = () => {
    cancelLook();
    cancelLook = deps.timers.after(LOOK_MILLISECONDS, () => {
      looking ??= look();
    });
  };

  return {
    wait: (waiter) =>
      new Promise((resolve) => {
        if (stopped) return resolve('stopping');
        if (waiter.end.aborted) return resolve(waiter.end.reason as Wakening);
        waiting.get(waiter.deviceId)?.wake('over');
        const first = waiting.size === 0;
        if (first && looking === undefined) seen = { epoch: waiter.epoch, upTo: waiter.upTo };
        // Something was written between the waiter's reading and now.
        else if (waiter.upTo < seen.upTo || waiter.epoch !== seen.epoch) return resolve('touched');
        const onEnd = () => one.wake(waiter.end.reason as Wakening);
        const one: Waiting = {
          ...waiter,
          wake: (why) => {
            if (waiting.get(waiter.deviceId) === one) waiting.delete(waiter.deviceId);
            waiter.end.removeEventListener('abort', onEnd);
            if (waiting.size === 0) cancelLook();
            resolve(why);
          },
        };
        waiter.end.addEventListener('abort', onEnd);
        waiting.set(waiter.deviceId, one);
        if (first && looking === undefined) schedule();
      }),
    written: () => {
      if (waiting.size === 0 && looking === undefined) return;
      if (looking === undefined) {
        cancelLook();
        looking = look();
      } else {
        lookAgain = true;
      }
    },
    stop: async () => {
      stopped = true;
      for (const waiter of waiting.values()) waiter.wake('stopping');
      cancelLook();
      await looking;
    },
  };
}
