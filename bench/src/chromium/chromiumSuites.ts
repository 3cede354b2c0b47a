import { coldStartResult } from '../coldStartResult.ts';
import type { ColdStart } from '../device/coldStart.ts';
import { figure, ratio, type SuiteResult } from '../figures.ts';
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

/** What the app holds after unlock, list and a written note, each time in a browser started anew. */
export async function memoryChromium(devices: ChromiumDevices, samples: number): Promise<SuiteResult> {
  const all = devices.users.map(() => ({ values: [] as number[], renderer: [] as number[] }));
  for (let round = 0; round < samples; round += 1) {
    for (const [at, user] of devices.users.entries()) {
      await devices.restart();
      const page = await devices.fresh();
      await page.call('start', user);
      all[at]?.values.push(await page.call('memory'));
      all[at]?.renderer.push(await devices.rendererMemory());
      await page.call('lock');
    }
  }
  const rows = devices.users.map(({ notes }, at) => ({
    values: figure('page and worker', notes, all[at]?.values ?? [], 'MB'),
    renderer: figure('renderer process, PSS', notes, all[at]?.renderer ?? [], 'MB'),
  }));
  return {
    figures: rows.flatMap(({ values, renderer }) => [values, renderer]),
    ratios: [
      ratio(
        'page and worker at the largest size / at the smallest',
        rows.at(-1)?.values,
        rows[0]?.values,
        null,
      ),
    ],
  };
}
