import { createServer, type Server } from 'node:http';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Browser, type CDPSession, type Page, chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

// The adapters in a real browser, with a virtual authenticator for the platform's. The page's own code:
const pageSource = `
import { systemClock } from '@fieldchart/foundation';
import { createVault } from '@fieldchart/key-vault';
import { keyRecordStoreContract } from '../../../../../packages/key-vault/src/testing/keyRecordStoreContract.ts';
import { createWebDeviceSecrets } from './deviceSecret.ts';
import { createWebKeyRecords } from './keyRecords.ts';
import { createWebPassphraseEstimator } from './passphraseEstimator.ts';
import { webRandom } from './random.ts';
const secrets = createWebDeviceSecrets();
const vault = (iterations = 100000) => createVault({ records: createWebKeyRecords(), crypto, random: webRandom, clock: systemClock, iterations });
const hex = (keys) => Array.from(keys.dataKey, (byte) => byte.toString(16).padStart(2, '0')).join('');
const outcomeOf = (outcome) => (outcome.ok ? { ok: true, dataKey: hex(outcome.value) } : outcome);
globalThis.page = {
  offered: () => secrets.offered(),
  async createSecret() {
    const made = await secrets.create();
    return made.ok ? { ok: true, id: made.value.id } : made;
  },
  create: async (userId, secret, id, rescueKey) =>
    hex(await vault().create({ userId, secret, deviceSecret: secrets.open(id), rescueKey })),
  unlock: async (userId, secret, id, iterations) =>
    outcomeOf(await vault(iterations).unlock({ userId, secret, deviceSecret: secrets.open(id) })),
  change: (userId, current, next, id) =>
    vault().change({ userId, current, next, deviceSecret: secrets.open(id) }),
  attempts: (userId) => createWebKeyRecords().loadAttempts(userId),
  async contract() {
    const failures = [];
    for (const { name, run } of keyRecordStoreContract)
      await run(() => createWebKeyRecords('contract'), name).catch((error) => failures.push(name + ': ' + error));
    return failures;
  },
  guesses: (text, context) => createWebPassphraseEstimator().guessesLog10(text, context),
};`;

interface PageApi {
  offered(): Promise<boolean>;
  createSecret(): Promise<{ ok: boolean; id?: string; error?: { kind: string } }>;
  create(userId: string, secret: string, id: string, rescueKey: object): Promise<string>;
  unlock(userId: string, secret: string, id: string, iterations?: number): Promise<object>;
  change(userId: string, current: string, next: string, id: string): Promise<object>;
  attempts(userId: string): Promise<unknown>;
  contract(): Promise<string[]>;
  guesses(text: string, context: string[]): Promise<number>;
}

const here = fileURLToPath(new URL('.', import.meta.url));
let server: Server;
let browser: Browser;
let page: Page;
let devtools: CDPSession;
let authenticatorId = '';
let rescueKey: object;

beforeAll(async () => {
  const bundle = await build({
    stdin: { contents: pageSource, resolveDir: here, loader: 'ts' },
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
  rescueKey = await crypto.subtle.exportKey('jwk', pair.publicKey);
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
function call<Name extends keyof PageApi>(
  name: Name,
  ...args: Parameters<PageApi[Name]>
): Promise<Awaited<ReturnType<PageApi[Name]>>> {
  return page.evaluate(
    ([method, values]) => {
      const api = (globalThis as unknown as { page: Record<string, (...all: unknown[]) => unknown> }).page;
      return api[method]?.(...values);
    },
    [name, args] as const,
  ) as Promise<Awaited<ReturnType<PageApi[Name]>>>;
}

async function enrol(): Promise<{ id: string; dataKey: string }> {
  const made = await call('createSecret');
  const id = made.id ?? '';
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
    error: { kind: 'wrong-secret', delayMs: 0 },
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
