import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { killBrowser, openBrowser } from './support/browser.ts';
import { searchFolder } from './support/profileSearch.ts';

// The search for leaks is only worth something if it finds what is there: a page writes a canary into every kind
// of store a browser has, the browser is killed, and each canary must be found in the profile.

const canaries = {
  indexedDb: 'canary-indexeddb-small-7f3a',
  indexedDbLarge: 'canary-indexeddb-large-91bc',
  localStorage: 'canary-localstorage-55d0',
  sessionStorage: 'canary-sessionstorage-c2e8',
  cacheStorage: 'canary-cachestorage-08af',
  originFile: 'canary-origin-private-file-3d47',
  httpCache: 'canary-http-cache-gzip-6b19',
  cookie: 'canary-cookie-e470',
  title: 'canary-title-a1c5',
  address: 'canary-address-2f96',
  typed: 'canary-typed-into-a-form-b7d3',
};

const page = (
  canary: typeof canaries,
) => `<!doctype html><title>${canary.title}</title><textarea id="typed"></textarea>
<script type="module">
  const request = indexedDB.open('control', 1);
  request.onupgradeneeded = () => request.result.createObjectStore('values');
  await new Promise((resolve) => (request.onsuccess = resolve));
  const write = request.result.transaction('values', 'readwrite', { durability: 'strict' });
  write.objectStore('values').put('${canary.indexedDb}', 'small');
  write.objectStore('values').put('padding '.repeat(20000) + '${canary.indexedDbLarge}' + ' padding'.repeat(20000), 'large');
  await new Promise((resolve) => (write.oncomplete = resolve));
  localStorage.setItem('control', '${canary.localStorage}');
  sessionStorage.setItem('control', '${canary.sessionStorage}');
  const cache = await caches.open('control');
  await cache.put('/control', new Response('${canary.cacheStorage}'));
  const folder = await navigator.storage.getDirectory();
  const file = await (await folder.getFileHandle('control', { create: true })).createWritable();
  await file.write('${canary.originFile}');
  await file.close();
  await (await fetch('/cached')).text();
  document.cookie = 'control=${canary.cookie}; max-age=100000';
  window.ready = true;
</script>`;

test('E1: the search finds a canary in every kind of store that a browser profile has', async () => {
  const server = createServer((request, response) => {
    if (request.url === '/cached') {
      response.setHeader('content-encoding', 'gzip');
      response.setHeader('cache-control', 'max-age=86400');
      response.end(gzipSync(`${'x'.repeat(3000)}${canaries.httpCache}`));
    } else {
      response.setHeader('content-type', 'text/html');
      response.end(page(canaries));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  const profile = mkdtempSync(join(tmpdir(), 'fieldchart-profile-'));
  try {
    const browser = await openBrowser(profile);
    const tab = await browser.newPage();
    await tab.goto(`http://localhost:${port}/${canaries.address}`);
    await tab.waitForFunction('window.ready === true');
    await tab.locator('#typed').pressSequentially(canaries.typed);
    // Browsers write form state, history and local storage behind, some seconds later.
    await tab.waitForTimeout(3000);
    await tab.goto(`http://localhost:${port}/left`);
    await tab.waitForTimeout(12_000);
    await killBrowser(profile);

    const found = new Set(searchFolder(profile, Object.values(canaries)).map((finding) => finding.text));
    expect(Object.values(canaries).filter((canary) => !found.has(canary))).toEqual([]);
  } finally {
    server.close();
    rmSync(profile, { recursive: true, force: true });
  }
});

test('E1: bytes that only look like a packed value are read to their end', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fieldchart-lookalike-'));
  // An encrypted file holds such bytes sooner or later: a literal of a length that, taken as signed, leads back.
  const lookalike = Buffer.from('ff110210fcfaffffff', 'hex');
  writeFileSync(join(folder, 'file'), Buffer.concat([lookalike, Buffer.from(canaries.title)]));
  try {
    const search = `
      import { searchFolder } from ${JSON.stringify(join(import.meta.dirname, 'support/profileSearch.ts'))};
      console.log(searchFolder(${JSON.stringify(folder)}, [${JSON.stringify(canaries.title)}]).length);`;
    // In a process of its own: a loop without an end cannot be ended from within.
    const found = execFileSync(process.execPath, ['--input-type=module', '--eval', search], {
      timeout: 60_000,
      encoding: 'utf8',
    });
    expect(found).toBe('1\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
