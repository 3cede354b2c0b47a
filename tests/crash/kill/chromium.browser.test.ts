import { expect, test } from 'vitest';
import { CHROMIUM_PACE, createChromiumDevice, serveCrashPage } from './chromiumDevice.ts';
import { killCampaign } from './killCampaign.ts';

test('D1, D2, D4: a browser killed three times has lost and torn nothing that its page reported as saved', async () => {
  const server = await serveCrashPage();
  try {
    const tally = await killCampaign({
      runs: 3,
      seed: 1,
      pace: CHROMIUM_PACE,
      lanes: 1,
      createDevice: (seed) => createChromiumDevice(server, seed),
    });
    expect(tally.failures).toEqual([]);
    expect(tally).toMatchObject({ runs: 3, lost: 0, torn: 0 });
    expect(tally.commits).toBeGreaterThan(10);
  } finally {
    server.close();
  }
});
