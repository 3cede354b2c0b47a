import type { ChromiumDevices } from '../chromium/chromiumDevices.ts';
import { figure, type SuiteResult } from '../figures.ts';
import { searchResult } from './searchResult.ts';

/** Search over the web adapter, from the page as the app asks; the largest device. */
export async function searchChromium(devices: ChromiumDevices, samples: number): Promise<SuiteResult> {
  const user = devices.users.at(-1);
  if (user === undefined) throw new Error('There is no device');
  const typed = await (await devices.fresh()).call('typeBeside', user, Math.ceil(samples / 5));
  const indexed = await (await devices.fresh()).call('indexAll', user);
  const searched = await (await devices.fresh()).call('search', user, samples);
  const first: number[] = [];
  for (let start = 0; start < Math.min(samples, 11); start += 1) {
    first.push(await (await devices.fresh()).call('firstAnswer', user));
  }
  return searchResult(user.notes, searched, {
    figures: [
      figure('making the index', user.notes, [indexed / 1000], 's'),
      figure('opening the file → first full-text answer', user.notes, first),
    ],
    remarks: [],
    inFrame: true,
    typed,
  });
}
