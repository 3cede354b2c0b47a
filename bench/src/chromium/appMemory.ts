import type { Page } from 'playwright-core';
import type { testIds } from '../../../apps/clinic/src/testIds.ts';
import { SECRET } from '../device/benchUser.ts';
import { figure, ratio, type SuiteResult } from '../figures.ts';
import type { ChromiumDevices } from './chromiumDevices.ts';
import type { WebUser } from './page.ts';

/** What the built app holds with the caseload and a chart shown, each time in a browser started anew. */
export async function memoryChromium(devices: ChromiumDevices, samples: number): Promise<SuiteResult> {
  const all = devices.users.map(() => ({ heap: [] as number[], renderer: [] as number[] }));
  for (let round = 0; round < samples; round += 1) {
    for (const [at, user] of devices.users.entries()) {
      await devices.restart();
      const page = await devices.app();
      await useApp(page, user);
      all[at]?.heap.push(await heapOf(page));
      all[at]?.renderer.push(await devices.rendererMemory());
    }
  }
  const rows = devices.users.map(({ notes }, at) => ({
    heap: figure('app: heap of its page', notes, all[at]?.heap ?? [], 'MB'),
    renderer: figure('app: whole renderer process', notes, all[at]?.renderer ?? [], 'MB'),
  }));
  const [smallest, largest] = [rows[0], rows.at(-1)];
  return {
    sizes: 'notes',
    figures: rows.flatMap(({ heap, renderer }) => [heap, renderer]),
    ratios: [
      ratio('heap, largest size / smallest', largest?.heap, smallest?.heap, null),
      ratio('renderer process, largest size / smallest', largest?.renderer, smallest?.renderer, null),
    ],
  };
}

/** JavaScript values in use, in megabytes. */
async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize / 2 ** 20;
}

type Ids = typeof testIds;

// Checked by the compiler against the app's own; Node could load that file with a warning only.
const LOCKED: Ids['phase']['locked'] = 'phase-locked';
const SECRET_FIELD: Ids['unlock']['secret'] = 'unlock-secret';
const UNLOCK: Ids['unlock']['submit'] = 'unlock';
const CHART_NAME: Ids['chart']['name'] = 'chart-name';

/** Unlocks by the screens, sees the list, opens the first client. */
async function useApp(page: Page, { userId }: WebUser): Promise<void> {
  await page.getByTestId(LOCKED).waitFor();
  const choice = page.getByTestId(`unlock-user-${userId}`);
  if ((await choice.count()) > 0) await choice.click();
  await page.getByTestId(SECRET_FIELD).fill(SECRET);
  await page.getByTestId(UNLOCK).click();
  await page.locator('[data-testid^="client-"]').first().click();
  await page.getByTestId(CHART_NAME).waitFor();
}
