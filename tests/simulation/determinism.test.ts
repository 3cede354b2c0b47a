import { expect, test } from 'vitest';
import { planOf } from './plan.ts';
import { replayCommand, replayPlan } from './replayCommand.ts';
import { runPlan } from './runPlan.ts';

const seeds = Array.from({ length: 20 }, (_, at) => 1001 + at);

test('20 seeds played twice give the same log, event for event', async () => {
  const play = async () => {
    const hashes: string[] = [];
    for (const seed of seeds) hashes.push((await runPlan(planOf(seed))).log.hash());
    return hashes;
  };
  const once = await play();
  expect(await play()).toEqual(once);
  expect(new Set(once).size).toBe(seeds.length);
});

test('a shrunk plan is played again by the command that names its parts', () => {
  const seed =
    Array.from({ length: 100 }, (_plan, at) => at + 1).find((one) => planOf(one).faults.length > 0) ?? 0;
  const whole = planOf(seed);
  expect(replayCommand(whole)).toBe(`npm run simulate -- --seed ${String(seed)}`);
  const shrunk = {
    ...whole,
    steps: whole.steps.filter(({ index }) => index < 3 || index === 9),
    faults: [],
    devices: whole.devices.map((practitioner, at) => (at === 0 ? practitioner : null)),
  };
  const command = replayCommand(shrunk);
  expect(command).toBe(`npm run simulate -- --seed ${String(seed)} --steps 0-2,9 --faults none --devices 0`);
  expect(replayPlan(seed, { steps: '0-2,9', faults: 'none', devices: '0' })).toEqual(shrunk);
});
