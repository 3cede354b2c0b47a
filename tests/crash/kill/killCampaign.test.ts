import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { killCampaign, type Tally } from './killCampaign.ts';
import { createNodeDevice, NODE_PACE } from './nodeDevice.ts';
import type { Bug } from './writerBugs.ts';

// Another seed with each run finds what this one does not: `npm run crash`.
const campaign = async (runs: number, seed: number, bug: Bug = 'none') =>
  await killCampaign({
    runs,
    seed,
    pace: NODE_PACE,
    lanes: 2,
    untilFailure: bug !== 'none',
    createDevice: (first) => createNodeDevice(first, bug),
  });

test('D1, D2, D4: a process killed thirty times has lost and torn nothing that it reported as saved', async () => {
  const tally = await campaign(30, 1);
  expect(tally.failures).toEqual([]);
  expect(tally).toMatchObject({ runs: 30, lost: 0, torn: 0 });
  expect(tally.killedInCommit).toBeGreaterThan(5);
  expect(tally.commits).toBeGreaterThan(500);
}, 300_000);

test('the kills find out a writer that says saved before it is', async () => {
  const tally = await campaign(10, 1, 'says saved before it is');
  await forget(tally);
  expect(tally.lost).toBeGreaterThan(0);
});

test('the kills find out a writer whose statements commit one by one', async () => {
  const tally = await campaign(20, 200, 'statements commit one by one');
  await forget(tally);
  expect(tally.torn).toBeGreaterThan(0);
});

async function forget({ failures }: Tally): Promise<void> {
  for (const { folder } of failures) await rm(folder, { recursive: true });
}
