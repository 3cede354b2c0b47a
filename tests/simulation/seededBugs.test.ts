import { expect, test } from 'vitest';
import { planOf } from './plan.ts';
import { runPlan } from './runPlan.ts';
import { seededBugs } from './seededBugs.ts';
import { shrink } from './shrink.ts';
import { Violation } from './violation.ts';

/** A bug that so many schedules do not find would not be found by an ordinary run either. */
const most = 60;

for (const { name, law, tampering } of seededBugs) {
  test(`${law}: that ${name} is caught within ${most} schedules`, async () => {
    for (let seed = 1; seed <= most; seed += 1) {
      const { problem } = await runPlan(planOf(seed), { tampering: tampering() });
      if (problem === undefined) continue;
      console.log(`seed ${seed}: ${problem.message.slice(0, 200)}`);
      expect(problem).toBeInstanceOf(Violation);
      return;
    }
    expect.fail('it was not caught');
  });
}

test('a failing schedule shrinks to a few steps that fail alike', async () => {
  const [bug] = seededBugs.filter(({ name }) => name === 'a reference is ignored');
  if (bug === undefined) throw new Error('there is no such bug');
  for (let seed = 1; seed <= most; seed += 1) {
    const plan = planOf(seed);
    const result = await runPlan(plan, { tampering: bug.tampering() });
    if (!(result.problem instanceof Violation)) continue;
    const shrunk = await shrink({ plan, result }, { tampering: bug.tampering(), runs: 150 });
    expect(shrunk.result.problem).toMatchObject({ invariant: result.problem.invariant });
    expect(shrunk.plan.steps.length).toBeLessThan(8);
    expect(shrunk.plan.faults.length).toBeLessThan(4);
    const again = await runPlan(shrunk.plan, { tampering: bug.tampering() });
    expect(again.problem).toMatchObject({ message: shrunk.result.problem?.message });
    return;
  }
  expect.fail('it was not caught');
});
