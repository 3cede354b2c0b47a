import { readFileSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { buildWebApp } from '../../../scripts/buildWeb.ts';
import { chromiumArguments, obtainChromium } from '../../../tests/chromium/findChromium.ts';
import { openUserDatabase } from '../device/benchUser.ts';
import { type NodeDevice, openNodeDevice } from '../node/nodeDevice.ts';
import type { BenchPage, WebUser } from './page.ts';
import { serveBench } from './serveBench.ts';

/** A Chromium whose profile holds one enrolled user of each size. */
export interface ChromiumDevices {
  readonly version: string;
  readonly users: readonly WebUser[];
  /** Loads the page anew: no script, worker or cache of the one before is left. */
  fresh(): Promise<BenchClient>;
  /** The built app, in a page of its own. */
  app(): Promise<Page>;
  /** A new browser on the same profile: nothing of what an earlier suite did is left in its memory. */
  restart(): Promise<void>;
  /** Megabytes of the process that runs the page: proportional set size. */
  rendererMemory(): Promise<number>;
  close(): Promise<void>;
}

type Answer<Name extends keyof BenchPage> = Awaited<ReturnType<BenchPage[Name]>>;

/** Calls into the page. */
export interface BenchClient {
  call<Name extends keyof BenchPage>(
    name: Name,
    ...input: Parameters<BenchPage[Name]>
  ): Promise<Answer<Name>>;
}

/** Starts Chromium on a profile and copies each Node device into it. */
export async function openChromiumDevices(
  profile: string,
  devices: readonly NodeDevice[],
  say: (line: string) => void,
): Promise<ChromiumDevices> {
  const server = await serveBench();
  const executablePath = obtainChromium(say);
  const launch = async () =>
    await chromium.launchPersistentContext(profile, { executablePath, args: [...chromiumArguments] });
  let context: BrowserContext = await launch();
  const close = async () => {
    await context.close();
    server.close();
  };
  const fresh = async () => clientOf(await freshPage(context, server.url));
  try {
    const version = `Chromium ${browserOf(context).version()}`;
    say(version);
    const users: WebUser[] = [];
    for (const { directory, notes, practitionerId, userId } of devices) {
      say(`Copying the device with ${notes} notes into Chromium`);
      const database = await openUserDatabase(openNodeDevice(directory).platform, userId);
      server.offer(notes, database);
      users.push(await (await fresh()).call('enrol', notes, practitionerId));
      await database.close();
    }
    return {
      version,
      users,
      fresh,
      async app() {
        await buildWebApp({ onLine: say });
        const page = await context.newPage();
        await page.goto(server.url);
        return page;
      },
      async restart() {
        await context.close();
        context = await launch();
      },
      rendererMemory: async () => await rendererMemory(browserOf(context)),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function freshPage(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  for (const other of context.pages()) if (other !== page) await other.close();
  await page.goto(`${url}/bench`);
  await page.waitForFunction('globalThis.benchPage !== undefined');
  return page;
}

function clientOf(page: Page): BenchClient {
  return {
    async call<Name extends keyof BenchPage>(
      name: Name,
      ...input: Parameters<BenchPage[Name]>
    ): Promise<Answer<Name>> {
      const answer: unknown = await page.evaluate(`benchPage.${name}(...${JSON.stringify(input)})`);
      // The page is built from the same source as this type.
      return answer as Answer<Name>;
    },
  };
}

function browserOf(context: BrowserContext): Browser {
  const browser = context.browser();
  if (browser === null) throw new Error('This Chromium does not say what it is');
  return browser;
}

async function rendererMemory(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const kilobytes = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => /^Pss:\s+(\d+)/mu.exec(readFileSync(`/proc/${id}/smaps_rollup`, 'utf8'))?.[1] ?? '0');
  // Chromium keeps a spare one for the next page; ours is the largest.
  return Math.max(...kilobytes.map(Number)) / 1024;
}
