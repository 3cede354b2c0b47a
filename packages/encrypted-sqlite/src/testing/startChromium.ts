import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Page, chromium } from 'playwright-core';
import { chromiumArguments, obtainChromium } from '../../../../tests/chromium/findChromium.ts';

export interface RunningChromium {
  readonly page: Page;
  /** SIGKILL to the browser and all of its processes at once. */
  kill(): Promise<void>;
}

/** Starts a Chromium of its own process group on a profile folder, and opens a page. */
export async function startChromium(profile: string, url: string): Promise<RunningChromium> {
  const portFile = join(profile, 'DevToolsActivePort');
  rmSync(portFile, { force: true });
  const child = spawn(
    obtainChromium(() => {}),
    [
      '--headless=new',
      ...chromiumArguments,
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      'about:blank',
    ],
    { detached: true, stdio: 'ignore' },
  );
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const kill = async () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      process.kill(-child.pid, 'SIGKILL');
    }
    await exited;
  };
  try {
    for (let wait = 0; !existsSync(portFile); wait += 1) {
      if (wait > 300) throw new Error('Chromium did not start');
      await sleep(100);
    }
    await sleep(50);
    const [port] = readFileSync(portFile, 'utf8').split('\n');
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
    const context = browser.contexts()[0] ?? (await browser.newContext());
    const page = await context.newPage();
    await page.goto(url);
    return { page, kill };
  } catch (error) {
    await kill();
    throw error;
  }
}

export function createProfile(): string {
  return mkdtempSync(join(tmpdir(), 'fieldchart-chromium-'));
}

/** Serves fixed files on loopback. */
export async function serveFiles(
  files: Readonly<Record<string, { type: string; body: Uint8Array | string }>>,
): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    const file = files[request.url ?? ''];
    response.writeHead(file === undefined ? 404 : 200, { 'content-type': file?.type ?? 'text/plain' });
    response.end(file?.body);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return { url: `http://localhost:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}
