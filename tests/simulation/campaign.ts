import { planOf } from './plan.ts';
import { replayCommand } from './replayCommand.ts';
import { type RunOptions, type RunResult, runPlan } from './runPlan.ts';
import { type Shrunk, shrink } from './shrink.ts';

/** Many runs, one after the other, and what was met in them. */
export interface Tally {
  readonly runs: number;
  readonly events: number;
  readonly savedEdits: number;
  readonly versions: number;
  readonly agedOut: number;
  readonly faults: ReadonlyMap<string, number>;
  readonly steps: ReadonlyMap<string, number>;
}

export interface Failure {
  readonly seed: number;
  readonly shrunk: Shrunk;
  /** What to tell whoever mends it. */
  readonly report: string;
}

export interface CampaignOptions extends RunOptions {
  readonly onRun?: (seed: number, result: RunResult, tally: Tally) => void;
  /** Runs that shrinking may take. */
  readonly shrinkRuns?: number;
  /** Options that the command of a replay repeats. */
  readonly replayWith?: readonly string[];
}

/** Runs these seeds until one fails; the failing one is shrunk. */
export async function runSeeds(
  seeds: Iterable<number>,
  options: CampaignOptions = {},
): Promise<{ readonly tally: Tally; readonly failure: Failure | undefined }> {
  const faults = new Map<string, number>();
  const steps = new Map<string, number>();
  let tally: Tally = { runs: 0, events: 0, savedEdits: 0, versions: 0, agedOut: 0, faults, steps };
  for (const seed of seeds) {
    const plan = planOf(seed);
    const result = await runPlan(plan, options);
    for (const [kind, count] of result.faultsMet) faults.set(kind, (faults.get(kind) ?? 0) + count);
    for (const [kind, count] of result.stepsDone) steps.set(kind, (steps.get(kind) ?? 0) + count);
    tally = {
      runs: tally.runs + 1,
      events: tally.events + result.log.length,
      savedEdits: tally.savedEdits + result.savedEdits,
      versions: tally.versions + result.versions,
      agedOut: tally.agedOut + result.agedOut,
      faults,
      steps,
    };
    options.onRun?.(seed, result, tally);
    if (result.problem !== undefined) {
      const shrunk = await shrink({ plan, result }, { ...options, runs: options.shrinkRuns ?? 300 });
      return { tally, failure: { seed, shrunk, report: describeFailure(shrunk, options.replayWith) } };
    }
  }
  return { tally, failure: undefined };
}

export function describeFailure({ plan, result, runs }: Shrunk, extra: readonly string[] = []): string {
  return [
    result.problem?.message ?? 'nothing failed',
    `${String(plan.steps.length)} steps and ${String(plan.faults.length)} faults are left after ${String(runs)} runs:`,
    ...plan.steps.map((step) => `  ${String(step.index)} ${step.do} on device ${String(step.device)}`),
    ...plan.faults.map(
      (fault) => `  device ${String(fault.device)}, request ${String(fault.request)}: ${fault.kind}`,
    ),
    'Replay it:',
    `  ${replayCommand(plan, extra)}`,
  ].join('\n');
}

export function describeTally({ runs, events, savedEdits, versions, agedOut, faults, steps }: Tally): string {
  const counts = (map: ReadonlyMap<string, number>) =>
    [...map]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([kind, count]) => `${kind} ${String(count)}`)
      .join(', ');
  return [
    `${String(runs)} runs, ${String(events)} events, ${String(savedEdits)} edits shown as saved, ${String(versions)} resources, ${String(agedOut)} aged out`,
    `faults met: ${counts(faults)}`,
    `steps: ${counts(steps)}`,
  ].join('\n');
}
