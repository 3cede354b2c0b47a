import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { describeFailure, describeTally, runSeeds } from '../tests/simulation/campaign.ts';
import { replayPlan } from '../tests/simulation/replayCommand.ts';
import { type RunOptions, runPlan } from '../tests/simulation/runPlan.ts';
import { openRealServers } from '../tests/simulation/server/realServer.ts';
import { wholeNumber } from './wholeNumber.ts';

// Simulates devices, people, a bad network and a server: `npm run simulate -- --runs 1000 --seed 7`. `--real` runs the
// server's own code with PGlite in place of its double. `--steps`, `--faults` and `--devices` replay a shrunk run, and
// then every event is shown. Several of these may run beside each other, each on a core.
const { values } = parseArgs({
  options: {
    runs: { type: 'string' },
    seed: { type: 'string' },
    real: { type: 'boolean', default: false },
    steps: { type: 'string' },
    faults: { type: 'string' },
    devices: { type: 'string' },
  },
  strict: true,
});
const seed = wholeNumber('--seed', values.seed) ?? randomInt(2 ** 30);
const single = values.seed !== undefined && values.runs === undefined;
const runs = single ? 1 : (wholeNumber('--runs', values.runs) ?? 300);
const servers = values.real ? await openRealServers() : undefined;
const options: RunOptions = servers === undefined ? {} : { openServer: servers.open };
const extra = values.real ? ['--real'] : [];

process.exitCode = (await (single ? replay() : campaign())) ? 0 : 1;
await servers?.close();

async function replay(): Promise<boolean> {
  const result = await runPlan(replayPlan(seed, values), options);
  console.log(result.log.tail(result.log.length).join('\n'));
  console.log(`\n${result.problem?.stack ?? 'Everything holds.'}\nlog ${result.log.hash()}`);
  if (result.problem === undefined) return true;
  const isWhole = [values.steps, values.faults, values.devices].every((part) => part === undefined);
  if (!isWhole) return false;
  console.log('\nShrinking it …');
  const { failure } = await runSeeds([seed], { ...options, replayWith: extra });
  if (failure !== undefined) console.log(describeFailure(failure.shrunk, extra));
  return false;
}

async function campaign(): Promise<boolean> {
  const started = performance.now();
  const cpu = process.cpuUsage();
  const seconds = () => (performance.now() - started) / 1000;
  console.log(
    `${String(runs)} runs. The same again: npm run simulate -- --runs ${String(runs)} --seed ${String(seed)}`,
  );
  let shown = 0;
  const { tally, failure } = await runSeeds(
    Array.from({ length: runs }, (_, at) => seed + at),
    {
      ...options,
      replayWith: extra,
      onRun: (current, result, so) => {
        if (result.problem !== undefined) console.log(`seed ${String(current)}: ${result.problem.message}`);
        if (seconds() - shown < 5) return;
        shown = seconds();
        console.log(
          `${String(so.runs)} runs, ${shown.toFixed(0)} s, ${(so.runs / shown).toFixed(1)} a second`,
        );
      },
    },
  );
  const { user, system } = process.cpuUsage(cpu);
  const busy = (user + system) / 1e6;
  console.log(describeTally(tally));
  console.log(
    `${seconds().toFixed(1)} s, ${busy.toFixed(1)} s of a core: ${(tally.runs / busy).toFixed(1)} runs a second and core`,
  );
  if (failure === undefined) return true;
  console.log(`\n${failure.report}`);
  return false;
}
