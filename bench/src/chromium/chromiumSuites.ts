import { coldStartResult } from '../coldStartResult.ts';
import type { ColdStart } from '../device/coldStart.ts';
import type { SuiteResult } from '../figures.ts';
import { keystrokeResult } from '../keystrokeResult.ts';
import type { ChromiumDevices } from './chromiumDevices.ts';

/** Keystroke → durable over the web adapter, all sizes and their baselines in turn, in one page. */
export async function keystrokeChromium(devices: ChromiumDevices, samples: number): Promise<SuiteResult> {
  const page = await devices.fresh();
  return keystrokeResult(devices.users, await page.call('type', devices.users, samples), 3);
}

/** Starts the app again and again, each time in a page loaded anew, the sizes in turn. */
export async function coldStartChromium(devices: ChromiumDevices, samples: number): Promise<SuiteResult> {
  const all = devices.users.map((): ColdStart[] => []);
  for (let round = 0; round < samples; round += 1) {
    for (const [at, user] of devices.users.entries()) {
      const page = await devices.fresh();
      all[at]?.push(await page.call('start', user));
      await page.call('lock');
    }
  }
  return coldStartResult(devices.users, all);
}
