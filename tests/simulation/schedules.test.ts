import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Tally, describeTally, runSeeds } from './campaign.ts';
import { FAULTS } from './plan.ts';
import { type RealServers, openRealServers } from './server/realServer.ts';

/** Every fiftieth schedule meets the server's own code with PGlite. */
const blocks = 6;
const perBlock = 50;
const first = 1;

let servers: RealServers;
const tallies: Tally[] = [];

beforeAll(async () => {
  servers = await openRealServers();
}, 60_000);

afterAll(async () => {
  await servers.close();
  const busy = performance.now() / 1000;
  console.log(`${tallies.map(describeTally).join('\n')}\n${busy.toFixed(0)} s since this worker started`);
});

for (let block = 0; block < blocks; block += 1) {
  const from = first + block * perBlock;
  const to = from + perBlock - 1;
  test(`D1–D4, O1–O7, C1, C2, S1–S3: whatever befalls, nothing is lost and all ends well (seeds ${from} to ${to})`, async () => {
    const seeds = Array.from({ length: perBlock - 1 }, (_, at) => from + at);
    const real = { openServer: servers.open, replayWith: ['--real'], shrinkRuns: 20 };
    for (const [some, options] of [[seeds, {}] as const, [[to], real] as const]) {
      const { tally, failure } = await runSeeds(some, options);
      tallies.push(tally);
      expect(failure?.report).toBeUndefined();
    }
  });
}

test('the schedules together age records out', () => {
  expect(tallies.some(({ agedOut }) => agedOut > 0)).toBe(true);
});

test('the schedules together meet every fault', () => {
  const met = new Set(tallies.flatMap(({ faults }) => [...faults.keys()]));
  expect(FAULTS.filter((kind) => !met.has(kind))).toEqual([]);
});
