import type { FifoPush } from './fifoRuns.ts';

/** A contender that would take longer is not run at that size, and nothing is said of what it would have taken. */
const PATIENCE_SECONDS = 180;

export interface FifoSizes {
  readonly runs: readonly { readonly size: number; readonly push: FifoPush }[];
  readonly remarks: readonly string[];
}

export interface FifoPlan {
  readonly what: string;
  readonly sizes: readonly number[];
  readonly growth: 1 | 2;
}

/**
 * Runs redux-offline from the smallest size on, up to the largest that it can be expected to end in time. `growth` is
 * the power of the size with which its time grows at least: 2 where each action writes the whole outbox.
 */
export async function runFifo(
  { what, sizes, growth }: FifoPlan,
  run: (size: number) => Promise<FifoPush>,
): Promise<FifoSizes> {
  const runs: FifoSizes['runs'][number][] = [];
  for (const size of sizes) {
    const last = runs.at(-1);
    if (last !== undefined) {
      const spent = last.push.enqueued + last.push.sent.seconds;
      if (spent * (size / last.size) ** growth > PATIENCE_SECONDS) {
        const text = `${what} was not run with ${size}: after ${last.size} it was clear that it takes over 3 minutes.`;
        return { runs, remarks: [text] };
      }
    }
    runs.push({ size, push: await run(size) });
  }
  return { runs, remarks: [] };
}
