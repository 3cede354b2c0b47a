import { type RunOptions, type RunResult, runPlan } from './runPlan.ts';
import type { Plan } from './plan.ts';
import { Violation } from './violation.ts';

export interface Shrunk {
  readonly plan: Plan;
  readonly result: RunResult;
  readonly runs: number;
}

/**
 * Takes steps, faults and devices out of a plan while the same invariant still fails: in halves, then in smaller
 * parts, until no single one can go or the runs are used up.
 */
export async function shrink(
  failing: { readonly plan: Plan; readonly result: RunResult },
  options: RunOptions & { readonly runs?: number } = {},
): Promise<Shrunk> {
  const most = options.runs ?? 400;
  let { plan, result } = failing;
  let runs = 0;

  const attempt = async (candidate: Plan): Promise<boolean> => {
    if (runs >= most) return false;
    runs += 1;
    const tried = await runPlan(candidate, options);
    if (nameOf(tried) !== nameOf(result)) return false;
    plan = candidate;
    result = tried;
    return true;
  };

  const without = async <Part>(parts: readonly Part[], put: (left: readonly Part[]) => Plan) => {
    let left = parts;
    let shrunk = false;
    for (let size = left.length; size >= 1; size = Math.floor(size / 2)) {
      for (let from = 0; from < left.length;) {
        const fewer = [...left.slice(0, from), ...left.slice(from + size)];
        if (await attempt(put(fewer))) {
          left = fewer;
          shrunk = true;
        } else from += size;
      }
    }
    return shrunk;
  };

  for (let again = true; again && runs < most;) {
    const faults = await without(plan.faults, (left) => ({ ...plan, faults: left }));
    const steps = await without(plan.steps, (left) => ({ ...plan, steps: left }));
    again = faults || steps;
    for (const [index, practitioner] of plan.devices.entries()) {
      if (practitioner === null) continue;
      const devices = plan.devices.map((one, at) => (at === index ? null : one));
      const rest = {
        steps: plan.steps.filter(({ device }) => device !== index),
        faults: plan.faults.filter(({ device }) => device !== index),
      };
      if (await attempt({ ...plan, devices, ...rest })) again = true;
    }
  }
  return { plan, result, runs };
}

function nameOf({ problem }: RunResult): string | undefined {
  return problem instanceof Violation ? problem.invariant : problem?.message;
}
