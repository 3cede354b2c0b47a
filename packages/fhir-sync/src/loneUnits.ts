import type { Random } from '@fieldchart/foundation';
import type { BatchEntry } from '@fieldchart/record-store';
import { backoffDelay } from './backoff.ts';

/** Entries that must travel together: a group, or a single independent entry. */
export type Unit = readonly BatchEntry[];

/** Units that failed by themselves: each backs off alone, so that the rest flows. In memory only. */
export interface LoneUnits {
  setAside(unit: Unit, retryAfterMs: number | undefined): void;
  settle(mutationId: string): void;
  /** Mutation ids that are not to be sent yet. */
  waiting(now: number): ReadonlySet<string>;
  /** When the next of those waiting may be tried again. */
  nextAt(now: number): number | undefined;
}

export function createLoneUnits(random: Random, now: () => number): LoneUnits {
  const rows = new Map<
    string,
    { readonly attempts: number; readonly since: number; readonly until: number }
  >();
  // A clock that went back to before the wait began says nothing of its end: it is over.
  const waitsAt = (at: number) => [...rows].filter(([, { since, until }]) => since <= at && at < until);
  return {
    setAside(unit, retryAfterMs) {
      const earlier = unit.map(({ mutationId }) => rows.get(mutationId)?.attempts ?? 0);
      const attempts = Math.max(0, ...earlier) + 1;
      // One wait for all of a unit: a group whose members came back one by one would be sent in parts (O6).
      const since = now();
      const until = since + backoffDelay({ attempt: attempts, retryAfterMs, random });
      for (const { mutationId } of unit) rows.set(mutationId, { attempts, since, until });
    },
    settle(mutationId) {
      rows.delete(mutationId);
    },
    waiting: (at) => new Set(waitsAt(at).map(([mutationId]) => mutationId)),
    nextAt(at) {
      const times = waitsAt(at).map(([, { until }]) => until);
      return times.length === 0 ? undefined : Math.min(...times);
    },
  };
}
