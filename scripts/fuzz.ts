import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { runCommand } from './runCommand.ts';

// More cases for everything that reads what comes from outside: `npm run fuzz -- --runs 100000 [--seed S]`.
const { values } = parseArgs({
  options: { runs: { type: 'string' }, seed: { type: 'string' } },
  strict: true,
});
const runs = wholeNumber('--runs', values.runs) ?? 10_000;
const seed = wholeNumber('--seed', values.seed) ?? randomInt(2 ** 31);

console.log(`${runs} cases each. The same again: npm run fuzz -- --runs ${runs} --seed ${seed}`);
const hours = 6 * 3600 * 1000;
const { code } = await runCommand(
  'vitest',
  ['run', '--project', 'durability', 'fuzz.test.ts', '--testTimeout', String(hours)],
  { show: true, env: { FIELDCHART_FUZZ_RUNS: String(runs), FIELDCHART_FUZZ_SEED: String(seed) } },
);
process.exitCode = code;

function wholeNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/u.test(text) && Number(text) > 0) return Number(text);
  console.error(`${option} takes a whole number, not "${text}".`);
  process.exit(2);
}
