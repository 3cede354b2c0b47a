import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * The path of a Chromium to drive: `FIELDCHART_CHROMIUM`, else the system's on the PATH, else the one that
 * Playwright downloaded. Undefined where there is none.
 */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = env['FIELDCHART_CHROMIUM'];
  if (named !== undefined && named !== '') {
    if (isExecutable(named)) return named;
    throw new Error(`FIELDCHART_CHROMIUM names ${named}, which is not a program that can be run.`);
  }
  for (const folder of (env['PATH'] ?? '').split(':')) {
    for (const name of names) if (isExecutable(join(folder, name))) return join(folder, name);
  }
  const own = chromium.executablePath();
  return existsSync(own) ? own : undefined;
}

/**
 * {@link findChromium}, or gets one: Playwright's download, or Debian's package when run as root.
 * Throws a sentence that says what to do where neither works.
 */
export function obtainChromium(say: (line: string) => void): string {
  const found = findChromium();
  if (found !== undefined) return found;
  say('No Chromium here: asking Playwright for one.');
  const attempts: string[] = [];
  const tries: (readonly [string, readonly string[]])[] = [
    ['npx', ['--no-install', 'playwright-core', 'install', '--with-deps', 'chromium']],
  ];
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    tries.push(['apt-get', ['update', '-qq']], ['apt-get', ['install', '-y', '-qq', 'chromium']]);
  }
  for (const [command, args] of tries) {
    try {
      execFileSync(command, args, {
        stdio: ['ignore', 'ignore', 'pipe'],
        timeout: 300_000,
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      });
    } catch {
      attempts.push([command, ...args].join(' '));
    }
    const obtained = findChromium();
    if (obtained !== undefined) return obtained;
  }
  throw new Error(
    'The journeys need a Chromium and none could be had. Install Chromium or Chrome, or set FIELDCHART_CHROMIUM ' +
      `to its program. Tried in vain: ${attempts.join('; ')}.`,
  );
}

/** Flags for a Chromium that talks to nobody but the page under test. */
export const chromiumArguments: readonly string[] = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
  '--no-default-browser-check',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
