import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createSeededRandom } from '@fieldchart/foundation';
import {
  type PageServer,
  serveDatabasePage,
} from '../../../packages/encrypted-sqlite/src/testing/serveDatabasePage.ts';
import {
  createProfile,
  type RunningChromium,
  startChromium,
} from '../../../packages/encrypted-sqlite/src/testing/startChromium.ts';
import { MARKER } from '../chart.ts';
import type { DeviceContent } from '../readDevice.ts';
import type { Report } from '../reports.ts';
import { createTrigger, type KilledDevice, type Pace } from './killedDevice.ts';

export const CHROMIUM_PACE: Pace = { startMilliseconds: 400, commits: 150 };

/** Serves the page that {@link createChromiumDevice} drives. */
export async function serveCrashPage(): Promise<PageServer> {
  return await serveDatabasePage(new URL('./crashPage.ts', import.meta.url));
}

/** A Chromium on a profile of its own, of which all processes are killed at once. */
export function createChromiumDevice(server: PageServer, seed: number): KilledDevice {
  const folder = createProfile();
  const key = createSeededRandom(seed).bytes(32);
  const keyText = JSON.stringify([...key]);
  let browser: RunningChromium | undefined;
  // What read goes on to work, as a user would.
  const running = async () => {
    browser ??= await startChromium(folder, server.url);
    return browser;
  };

  return {
    folder,
    async workUntilKilled(run, moment, hear) {
      const chromium = await running();
      const { page } = chromium;
      const dead = Promise.withResolvers<void>();
      let isKilled = false;
      const trigger = createTrigger(moment, () => {
        isKilled = true;
        chromium.kill().then(dead.resolve, dead.reject);
      });
      await page.exposeFunction('tell', (report: Report) => {
        hear(report);
        trigger.hear(report);
      });
      // It never ends by itself, and the kill breaks it off.
      page.evaluate(`crashPage.work(${keyText}, ${String(run)}, tell)`).catch((error: unknown) => {
        if (!isKilled) dead.reject(error);
      });
      trigger.start();
      await dead.promise;
      browser = undefined;
    },
    async read() {
      const { page } = await running();
      return await page.evaluate<DeviceContent>(`crashPage.read(${keyText})`);
    },
    leaks() {
      const secrets = [MARKER, Buffer.from(key).toString('hex'), Buffer.from(key).toString('latin1')];
      return readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name))
        .filter((path) => holdsOne(path, secrets))
        .map((path) => `${path} holds clear text`);
    },
    async end({ keep }) {
      await browser?.kill();
      if (!keep) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function holdsOne(path: string, secrets: readonly string[]): boolean {
  const bytes = readFileSync(path);
  return secrets.some((secret) => bytes.includes(secret, 0, 'latin1'));
}
