import type { FifoPush } from './fifoRuns.ts';

/** A contender that would take longer is not run at that size, and nothing is said of what it would have taken. */
const PATIENCE_SECONDS = 180;

export interface FifoSizes {
  readonly runs: readonly { readonly size: number; readonly push: FifoPush }[];
  readonly remarks: readonly string[];
}

/** Runs redux-offline from the smallest size on, up to the largest that it can be expected to end in time. */
export async function runFifo(
  sizes: readonly number[],
  run: (size: number) => Promise<FifoPush>,
): Promise<FifoSizes> {
  const runs: FifoSizes['runs'][number][] = [];
  for (const size of sizes) {
    const last = runs.at(-1);
    // It grows at least with the work.
    if (last !== undefined && (last.push.sent.seconds * size) / last.size > PATIENCE_SECONDS) {
      const text = `redux-offline was not run with ${size}: after ${last.size} it was clear that it takes over 3 minutes.`;
      return { runs, remarks: [text] };
    }
    runs.push({ size, push: await run(size) });
  }
  return { runs, remarks: [] };
}
