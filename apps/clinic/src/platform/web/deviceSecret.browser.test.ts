import { createServer, type Server } from 'node:http';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RescueKey } from '@fieldchart/key-vault';
import { build } from 'esbuild';
import { type Browser, type CDPSession, type Page, chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { DeviceSecretPage } from './testing/deviceSecretPage.ts';

// The adapters in a real browser, with a virtual authenticator for the platform's.

const here = fileURLToPath(new URL('.', import.meta.url));
let server: Server;
let browser: Browser;
let page: Page;
let devtools: CDPSession;
let authenticatorId = '';
let rescueKey: RescueKey;

beforeAll(async () => {
  const bundle = await build({
    entryPoints: [join(here, 'testing/deviceSecretPage.ts')],
    bundle: true,
    format: 'esm',
    target: 'es2023',
    write: false,
    logLevel: 'error',
  });
  const script = bundle.outputFiles[0]?.text ?? '';
  server = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(
      isScript ? script : '<!doctype html><title>x</title><script type="module" src="/page.js"></script>',
    );
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  browser = await chromium.launch({ executablePath: findChromium(), args: chromiumArguments() });
  const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-384' }, true, ['deriveBits']);
  rescueKey = { kty: 'EC', ...(await crypto.subtle.exportKey('jwk', pair.publicKey)) };
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

beforeEach(async () => {
  const context = await browser.newContext();
  page = await context.newPage();
  devtools = await context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  authenticatorId = await addAuthenticator({});
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await page.goto(`http://localhost:${port}/`);
  await page.waitForFunction(() => 'page' in globalThis);
});

afterEach(() => page.context().close());

async function addAuthenticator(extra: object): Promise<string> {
  const added = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      hasPrf: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      ...extra,
    },
  });
  return added.authenticatorId;
}

/** Calls one of the page's functions. */
function call<Name extends keyof DeviceSecretPage>(
  name: Name,
  ...args: Parameters<DeviceSecretPage[Name]>
): Promise<Awaited<ReturnType<DeviceSecretPage[Name]>>> {
  return page.evaluate(
    ([method, values]) => {
      const api = (globalThis as unknown as { page: Record<string, (...all: unknown[]) => unknown> }).page;
      return api[method]?.(...values);
    },
    [name, args] as const,
  ) as Promise<Awaited<ReturnType<DeviceSecretPage[Name]>>>;
}

async function enrol(): Promise<{ id: string; dataKey: string }> {
  const made = await call('createSecret');
  if (!made.ok) throw new Error(made.error.kind);
  const { id } = made;
  return { id, dataKey: await call('create', 'user', '739158', id, rescueKey) };
}

test('E1: a passkey binds the PIN: the right one opens, a wrong one does not, each in one gesture', async () => {
  expect(await call('offered')).toBe(true);
  const { id, dataKey } = await enrol();
  const before = await gestures();
  expect(await call('unlock', 'user', '739158', id)).toEqual({ ok: true, dataKey });
  expect(await gestures()).toBe(before + 1);
  expect(await call('unlock', 'user', '000001', id)).toEqual({
    ok: false,
    error: { kind: 'wrong-secret', delayMs: 0, attemptsLeft: null },
  });
  expect(await gestures()).toBe(before + 2);
  expect(await call('unlock', 'user', '739158', id, 110_000)).toEqual({ ok: true, dataKey });
  expect(await gestures()).toBe(before + 3);
});

test('the PIN is changed with the passkey, and the old one opens nothing', async () => {
  const { id, dataKey } = await enrol();
  expect(await call('change', 'user', '739158', '840261', id)).toMatchObject({ ok: true });
  expect(await call('unlock', 'user', '840261', id)).toEqual({ ok: true, dataKey });
  expect(await call('unlock', 'user', '739158', id)).toMatchObject({ error: { kind: 'wrong-secret' } });
});

test('E4: a deleted passkey is reported as missing and counts no attempt', async () => {
  const { id } = await enrol();
  await devtools.send('WebAuthn.clearCredentials', { authenticatorId });
  for (const pin of ['739158', '000001']) {
    expect(await call('unlock', 'user', pin, id)).toEqual({
      ok: false,
      error: { kind: 'device-secret-missing' },
    });
  }
  expect(await call('attempts', 'user')).toMatchObject({ count: 0 });
});

test('a passkey that is backed up is refused as a bound secret', async () => {
  for (const defaultBackupState of [true, false]) {
    await devtools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
    authenticatorId = await addAuthenticator({ defaultBackupEligibility: true, defaultBackupState });
    expect(await call('createSecret')).toEqual({ ok: false, error: { kind: 'not-bound' } });
  }
});

test('a passkey without PRF is refused as a bound secret', async () => {
  await devtools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
  authenticatorId = await addAuthenticator({ hasPrf: false });
  expect(await call('createSecret')).toEqual({ ok: false, error: { kind: 'not-bound' } });
});

test('key records in IndexedDB honour the port', async () => {
  expect(await call('contract')).toEqual([]);
});

test("this browser's crypto answers the published vectors", async () => {
  const { asked, failures } = await call('vectors');
  expect(failures).toEqual([]);
  expect(asked).toBeGreaterThan(8);
});

test('the estimator knows words of both languages and who is asking', async () => {
  expect(await call('guesses', 'password1234', [])).toBeLessThan(6);
  expect(await call('guesses', 'contraseña123', [])).toBeLessThan(13);
  const stranger = await call('guesses', 'Guadalupe Westerfield', []);
  expect(await call('guesses', 'Guadalupe Westerfield', ['Guadalupe', 'Westerfield'])).toBeLessThan(stranger);
  expect(await call('guesses', 'quartz otter violin bramble skid', [])).toBeGreaterThan(13);
});

/** Gestures asked of the user so far: the passkey counts its signatures. */
async function gestures(): Promise<number> {
  const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId });
  return credentials[0]?.signCount ?? 0;
}

function findChromium(): string {
  const candidates = [
    process.env['FIELDCHART_CHROMIUM'],
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    chromium.executablePath(),
  ];
  const found = candidates.find((path) => path !== undefined && existsSync(path));
  if (found === undefined) throw new Error('No Chromium: name one in FIELDCHART_CHROMIUM.');
  return found;
}

function chromiumArguments(): string[] {
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];
  return process.getuid?.() === 0 ? ['--no-sandbox', ...quiet] : quiet;
}
