import { type Plan, planOf } from './plan.ts';

/** The one command that plays a plan again: its seed, and what of it was left by shrinking. */
export function replayCommand(plan: Plan, extra: readonly string[] = []): string {
  const whole = planOf(plan.seed);
  const parts = [`npm run simulate -- --seed ${String(plan.seed)}`, ...extra];
  if (plan.steps.length < whole.steps.length) parts.push(`--steps ${ranges(plan.steps)}`);
  if (plan.faults.length < whole.faults.length) parts.push(`--faults ${ranges(plan.faults)}`);
  const devices = plan.devices.flatMap((practitioner, index) => (practitioner === null ? [] : [{ index }]));
  if (devices.length < whole.devices.length) parts.push(`--devices ${ranges(devices)}`);
  return parts.join(' ');
}

/** The plan of a seed with only these steps, faults and devices, each as {@link replayCommand} writes them. */
export function replayPlan(
  seed: number,
  kept: {
    readonly steps?: string | undefined;
    readonly faults?: string | undefined;
    readonly devices?: string | undefined;
  },
): Plan {
  const plan = planOf(seed);
  const keep = <Part extends { readonly index: number }>(
    parts: readonly Part[],
    text: string | undefined,
  ) => {
    const indices = text === undefined ? undefined : indicesOf(text);
    return indices === undefined ? parts : parts.filter(({ index }) => indices.has(index));
  };
  const devices = kept.devices === undefined ? undefined : indicesOf(kept.devices);
  return {
    ...plan,
    steps: keep(plan.steps, kept.steps),
    faults: keep(plan.faults, kept.faults),
    devices: plan.devices.map((practitioner, index) =>
      devices === undefined || devices.has(index) ? practitioner : null,
    ),
  };
}

/** `0-3,7`; `none` for an empty list. */
function ranges(parts: readonly { readonly index: number }[]): string {
  const runs: [number, number][] = [];
  for (const { index } of parts) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === index - 1) last[1] = index;
    else runs.push([index, index]);
  }
  if (runs.length === 0) return 'none';
  return runs.map(([from, to]) => (from === to ? String(from) : `${String(from)}-${String(to)}`)).join(',');
}

function indicesOf(text: string): ReadonlySet<number> {
  const indices = new Set<number>();
  if (text === 'none') return indices;
  for (const part of text.split(',')) {
    const [from = '', to = from] = part.split('-');
    if (!/^\d+$/u.test(from) || !/^\d+$/u.test(to)) throw new TypeError(`not a list of numbers: ${text}`);
    for (let index = Number(from); index <= Number(to); index += 1) indices.add(index);
  }
  return indices;
}
