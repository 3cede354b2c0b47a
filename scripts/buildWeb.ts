import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generateSW } from 'workbox-build';
import { repositoryRoot, runCommand } from './runCommand.ts';

/** Where the installable web app lies once built. */
export const webAppFolder = join(repositoryRoot, 'apps/clinic/dist');
const stampFile = join(repositoryRoot, '.cache/web-build.json');

/** What the web app is made from: a change of any of these means a new build. */
const sources = [
  'packages/*/src/**/*',
  'apps/clinic/*',
  'apps/clinic/{src,public,assets}/**/*',
  'package-lock.json',
];

/** Expo's exports read settings from the environment and would otherwise ask its servers. */
const exportEnvironment = { EXPO_OFFLINE: '1', EXPO_NO_TELEMETRY: '1', CI: '1', NODE_ENV: 'production' };

/**
 * Exports the app for the web and makes it installable (a service worker that holds all of it), unless the
 * last build was of the same sources.
 */
export async function buildWebApp(options: { readonly onLine: (line: string) => void }): Promise<void> {
  const stamp = sourcesHash();
  if (existsSync(join(webAppFolder, 'index.html')) && readStamp() === stamp) return;
  options.onLine('Building the web app (about half a minute, only when its sources changed)…');
  // Of two builds at once, each has a folder of its own.
  const fresh = `${webAppFolder}.${process.pid}`;
  rmSync(fresh, { recursive: true, force: true });
  const exported = await runCommand('expo', ['export', '--platform', 'web', '--output-dir', fresh], {
    cwd: join(repositoryRoot, 'apps/clinic'),
    env: exportEnvironment,
  });
  if (exported.code !== 0) {
    throw new Error(`The web app could not be built. What the builder said:\n${exported.output.trimEnd()}`);
  }
  const { count, size } = await generateSW({
    globDirectory: fresh,
    globPatterns: ['**/*.{html,js,css,wasm,ttf,woff2,png,svg,ico,webmanifest}'],
    swDest: join(fresh, 'service-worker.js'),
    inlineWorkboxRuntime: true,
    sourcemap: false,
    clientsClaim: true,
    navigateFallback: '/index.html',
    navigateFallbackDenylist: [/^\/(fhir|auth|health|tickets|admin|organization\.json)/],
    maximumFileSizeToCacheInBytes: 32 * 1024 * 1024,
    // Expo's file names carry a content hash already.
    dontCacheBustURLsMatching: /[-.][0-9a-f]{32}\./u,
  });
  rmSync(webAppFolder, { recursive: true, force: true });
  renameSync(fresh, webAppFolder);
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, JSON.stringify({ stamp }));
  options.onLine(
    `Web app built: ${count} files, ${(size / 1024 / 1024).toFixed(1)} MB, kept on the device for use offline.`,
  );
}

/** Exports the app for Android (JavaScript bundle and Hermes bytecode) into `folder`. */
export async function exportAndroidBundle(folder: string): Promise<void> {
  const exported = await runCommand('expo', ['export', '--platform', 'android', '--output-dir', folder], {
    cwd: join(repositoryRoot, 'apps/clinic'),
    env: exportEnvironment,
  });
  if (exported.code !== 0) {
    throw new Error(
      `The Android bundle could not be built. What the builder said:\n${exported.output.trimEnd()}`,
    );
  }
}

function sourcesHash(): string {
  const hash = createHash('sha256');
  const files = sources
    .flatMap((pattern) => globSync(pattern, { cwd: repositoryRoot, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/u.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted((a, b) => (a < b ? -1 : 1));
  for (const file of files) hash.update(file).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

function readStamp(): string | undefined {
  try {
    const kept: unknown = JSON.parse(readFileSync(stampFile, 'utf8'));
    return typeof kept === 'object' && kept !== null && 'stamp' in kept ? String(kept.stamp) : undefined;
  } catch {
    return undefined;
  }
}

if (import.meta.main) await buildWebApp({ onLine: (line) => console.log(line) });
