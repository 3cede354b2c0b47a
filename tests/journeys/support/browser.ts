import { readdirSync, readFileSync } from 'node:fs';
import { chromium, type BrowserContext } from 'playwright-core';
import { chromiumArguments, obtainChromium } from '../../chromium/findChromium.ts';

export interface Viewport {
  readonly width: number;
  readonly height: number;
}

export const phone: Viewport = { width: 360, height: 740 };
export const desktop: Viewport = { width: 1280, height: 800 };

const contexts = new Set<BrowserContext>();

/** Every browser of the running test file that was not closed or killed yet. */
export const openContexts = (): readonly BrowserContext[] => [...contexts];

/** A Chromium with a profile folder of its own, as a person's browser has. */
export async function openBrowser(
  profile: string,
  options: {
    readonly viewport?: Viewport;
    readonly locale?: string;
    readonly colorScheme?: 'light' | 'dark';
    readonly args?: readonly string[];
    /** Pixels of the screen for each of the page. */
    readonly scale?: number;
  } = {},
): Promise<BrowserContext> {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env['FIELDCHART_CHROMIUM'] ?? obtainChromium((line) => console.log(line)),
    args: [...chromiumArguments, ...(options.args ?? [])],
    chromiumSandbox: false,
    viewport: options.viewport ?? phone,
    deviceScaleFactor: options.scale ?? 1,
    locale: options.locale ?? 'en-US',
    colorScheme: options.colorScheme ?? 'light',
    acceptDownloads: true,
  });
  contexts.add(context);
  context.on('close', () => contexts.delete(context));
  return context;
}

/** SIGKILL to every process that runs on this profile, as a dying battery would end them. */
export async function killBrowser(profile: string): Promise<void> {
  for (let round = 0; round < 50; round += 1) {
    const victims = processesWith(profile);
    if (victims.length === 0 && round > 0) return;
    for (const pid of victims) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone already.
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`Chromium on ${profile} could not be killed.`);
}

/** Processes whose command line names the profile, and their children (renderers name it not always). */
function processesWith(profile: string): number[] {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .flatMap((name) => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8');
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return state === 'Z' ? [] : [{ pid: Number(name), parent: Number(parent), command }];
      } catch {
        return [];
      }
    });
  const victims = new Set(
    processes.filter((one) => one.command.includes(`--user-data-dir=${profile}`)).map((one) => one.pid),
  );
  for (let grown = -1; grown !== victims.size;) {
    grown = victims.size;
    for (const one of processes) if (victims.has(one.parent)) victims.add(one.pid);
  }
  return [...victims];
}
