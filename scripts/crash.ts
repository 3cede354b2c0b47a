import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { CHROMIUM_PACE, createChromiumDevice, serveCrashPage } from '../tests/crash/kill/chromiumDevice.ts';
import { type Campaign, killCampaign } from '../tests/crash/kill/killCampaign.ts';
import { createNodeDevice, NODE_PACE } from '../tests/crash/kill/nodeDevice.ts';
import { losePower } from '../tests/crash/power/losePower.ts';
import { wholeNumber } from './wholeNumber.ts';

// Kills real processes at random moments and holds what they show afterwards against what they had reported as saved:
// `npm run crash -- --runs 30 --chromium 3 --seed 7`. With `--power N` the power goes too: N workloads are recorded, and
// every disk that a cut after any of their calls may leave is opened.
const { values } = parseArgs({
  options: {
    runs: { type: 'string' },
    chromium: { type: 'string' },
    power: { type: 'string' },
    steps: { type: 'string' },
    seed: { type: 'string' },
  },
  strict: true,
});
const seed = wholeNumber('--seed', values.seed) ?? randomInt(2 ** 29);
const chromium = wholeNumber('--chromium', values.chromium) ?? 0;
const power = wholeNumber('--power', values.power) ?? 0;
const steps = wholeNumber('--steps', values.steps) ?? 60;
const runs = wholeNumber('--runs', values.runs) ?? (chromium + power > 0 ? 0 : 100);

let ok = true;
if (runs > 0) {
  const createDevice = (first: number) => createNodeDevice(first);
  ok = (await kill('--runs', { runs, seed, pace: NODE_PACE, lanes: 2, createDevice })) && ok;
}
if (chromium > 0) {
  const server = await serveCrashPage();
  const createDevice = (first: number) => createChromiumDevice(server, first);
  ok =
    (await kill('--chromium', { runs: chromium, seed, pace: CHROMIUM_PACE, lanes: 1, createDevice })) && ok;
  server.close();
}
// The pool says of each file with a torn header that it takes it back; here that is every third disk.
console.warn = () => {};
for (let at = seed; at < seed + power; at += 1) ok = (await cut(at)) && ok;
process.exitCode = ok ? 0 : 1;

async function kill(option: '--runs' | '--chromium', campaign: Campaign): Promise<boolean> {
  const started = performance.now();
  const seconds = () => ((performance.now() - started) / 1000).toFixed(1);
  const what = option === '--runs' ? 'Node' : 'Chromium';
  console.log(
    `${what}: ${String(campaign.runs)} kills. The same again: npm run crash -- ${option} ${String(campaign.runs)} --seed ${String(seed)}`,
  );
  let done = 0;
  const tally = await killCampaign({
    ...campaign,
    onRun: () => {
      done += 1;
      if (done % 10 === 0) console.log(`${String(done)} kills, ${seconds()} s`);
    },
  });
  const { killedInCommit, lost, torn, failures } = tally;
  for (const { problems, replay, folder } of failures) {
    console.log(`\n${problems.join('\n')}`);
    console.log(`The device: ${folder}`);
    console.log(`Again: npm run crash -- ${option} ${String(replay.runs)} --seed ${String(replay.seed)}`);
  }
  console.log(
    `${what}: ${String(tally.runs)} kills, ${String(killedInCommit)} while a commit was running, ` +
      `${String(tally.commits)} commits reported, ${String(lost)} lost, ${String(torn)} torn, ${seconds()} s`,
  );
  return failures.length === 0;
}

async function cut(at: number): Promise<boolean> {
  const started = performance.now();
  const { commits, calls, images, problem } = await losePower({ seed: at, steps, samples: 2 });
  console.log(
    `Power: seed ${String(at)}, ${String(commits)} commits, ${String(calls)} calls of the disk, ` +
      `${String(images)} disks opened, ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
  if (problem === undefined) return true;
  console.log(`${problem}\nAgain: npm run crash -- --power 1 --steps ${String(steps)} --seed ${String(at)}`);
  return false;
}
