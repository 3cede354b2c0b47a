import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import en from '../../apps/clinic/src/i18n/en.json' with { type: 'json' };
import { testIds } from '../../apps/clinic/src/testIds.ts';
import { appOn, type App } from './support/app.ts';
import { killBrowser, openBrowser } from './support/browser.ts';
import { deviceDiskOf } from './support/deviceDisk.ts';
import { freePort } from './support/freePort.ts';
import { createScreenAudit } from './support/screenAudit.ts';
import { issueTicket, startProduct, type RunningProduct } from './support/server.ts';
import { serverHistory } from './support/serverHistory.ts';
import { signaturesIn } from './support/signatures.ts';
import { until } from './support/until.ts';

// A clinician takes one ticket up on two devices, both without a network. The steps build on each other and run in order.

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'fieldchart-ticket-twice-'));
const data = join(folder, 'data');
const passphrase = 'copper lantern wades through barley 83';

interface Device {
  readonly profile: string;
  readonly words: { readonly signed: string; readonly draft: string };
  browser: BrowserContext;
  app: App;
  fingerprint: string;
  /** What lies on its disk of its keys. */
  keys: unknown;
  /** Ids of the mutations that waited when the network came. */
  waited: readonly string[];
}

const deviceNamed = (name: string): Device =>
  ({
    profile: join(folder, name),
    words: { signed: `Signed on the ${name} one.`, draft: `Begun on the ${name} one.` },
  }) as Device;
const first = deviceNamed('first');
const second = deviceNamed('second');

let server: RunningProduct;

beforeAll(async () => {
  server = await startProduct({ folder: data, port: await freePort() });
  for (const device of [first, second]) {
    device.browser = await openBrowser(device.profile);
    device.app = appOn(device.browser.pages()[0] ?? (await device.browser.newPage()));
    await device.app.open(server.url);
    await device.app.installed();
    await device.browser.setOffline(true);
  }
}, 300_000);

afterAll(async () => {
  await server?.stop();
  for (const { profile } of [first, second]) await killBrowser(profile);
  rmSync(folder, { recursive: true, force: true });
});

const command = async (...args: string[]) => {
  const cli = ['apps/sync-server/src/cli/device.ts', ...args, '--data', data];
  const { stdout } = await promisify(execFile)(process.execPath, cli, { cwd: root });
  return stdout;
};

/** Starts a visit to the client at this place of the list, and writes its note. */
async function write({ app }: Device, place: number, text: string): Promise<void> {
  await app.at(testIds.nav.clients).click();
  await app.shows(testIds.caseload.list);
  await app.clientRows().nth(place).click();
  await app.at(testIds.chart.startVisit).click();
  await app.at(testIds.visit.begin).click();
  await app.at(testIds.visit.writeNote).click();
  await app.at(testIds.note.section('data')).fill(text);
  await app.reads(testIds.note.saveState, en.save.saved);
}

async function waiting({ app }: Device): Promise<readonly string[]> {
  await app.at(testIds.nav.sync).click();
  await app.shows(testIds.sync.waiting);
  const rows = app.at(testIds.sync.waiting).locator('[data-testid^="outbox-"]');
  const ids = await rows.evaluateAll((all) => all.map((row) => row.getAttribute('data-testid') ?? ''));
  return ids.map((id) => id.slice('outbox-'.length)).toSorted();
}

const allSent = ({ app }: Device) =>
  until('everything was sent', async () =>
    (await app.page.getByTestId(testIds.sync.waiting).innerText()).includes(en.sync.nothingWaits),
  );

const keysOf = ({ app }: Device) => deviceDiskOf(app.page).keyParts();

test('offline each device takes the ticket up, shows a key of its own, and holds a signed note and a draft', async () => {
  const [ticket] = server.tickets;
  if (ticket === undefined) throw new Error('npm start printed no ticket');
  for (const device of [first, second]) {
    const { app, words } = device;
    await app.enrol(ticket, passphrase);
    await app.at(testIds.nav.settings).click();
    device.fingerprint = await app.at(testIds.settings.deviceKey).innerText();
    expect(device.fingerprint).toMatch(/^[0-9A-F]{4}(?: [0-9A-F]{4}){7}$/u);
    await write(device, 0, words.signed);
    await app.at(testIds.note.toSign).click();
    await app.at(testIds.sign.secret).fill(passphrase);
    await app.at(testIds.sign.submit).click();
    await app.reads(testIds.note.status, en.note.status.signed);
    await write(device, 1, words.draft);
    device.waited = await waiting(device);
    expect(device.waited.length).toBeGreaterThanOrEqual(5);
    device.keys = await keysOf(device);
  }
  expect(second.fingerprint).not.toBe(first.fingerprint);
});

test('the first that meets the server is registered, and its notes arrive', async () => {
  await first.browser.setOffline(false);
  await allSent(first);
  expect(await command('list')).toContain(first.fingerprint);
  expect(await command('alerts')).toBe('None.\n');
});

test('the second is refused and says what is safe; the administrator is told both fingerprints', async () => {
  await second.browser.setOffline(false);
  await second.app.reads(testIds.sync.refused, en.rehome.used);
  await second.app.reads(testIds.sync.refused, en.rehome.safe);
  await second.app.reads(testIds.sync.deviceKey, second.fingerprint);
  expect(await second.app.page.locator('body').innerText()).not.toContain('ticket_used');
  const audit = createScreenAudit('en');
  await audit.look(second.app.page, 'sync-refused');
  expect(audit.problems).toEqual([]);
  const alerts = await command('alerts');
  expect(alerts).toContain('ticket-used-twice');
  expect(alerts).toContain(`first-key=${first.fingerprint}`);
  expect(alerts).toContain(`second-key=${second.fingerprint}`);
});

test('D3, S2: refused, locked, killed and unlocked it holds the same work under the same ids, and the same key', async () => {
  const { app } = second;
  await app.at(testIds.sync.now).click();
  expect(await waiting(second)).toEqual(second.waited);
  await killBrowser(second.profile);
  second.browser = await openBrowser(second.profile);
  second.app = appOn(second.browser.pages()[0] ?? (await second.browser.newPage()));
  await second.app.open(server.url);
  await second.app.unlock(passphrase);
  await second.app.shows(testIds.phase.unlocked);
  expect(await waiting(second)).toEqual(second.waited);
  await second.app.reads(testIds.sync.deviceKey, second.fingerprint);
  expect(await keysOf(second)).toEqual(second.keys);
});

test('a ticket of somebody else is refused; a new one for the same practitioner re-homes the device', async () => {
  const { app } = second;
  const open = async ({ file, activationCode }: { file: string; activationCode: string }) => {
    await app.page.getByTestId(testIds.enrol.ticketFile).setInputFiles(file);
    await app.at(testIds.enrol.activationCode).fill(activationCode);
    await app.at(testIds.enrol.open).click();
  };
  const [own, other] = server.tickets;
  if (own === undefined || other === undefined) throw new Error('npm start printed too few tickets');
  await open(other);
  await app.reads(testIds.enrol.problem, en.rehome.other.title);
  await app.page.getByRole('button', { name: en.enrol.fileRemove }).click();
  await open(await issueTicket(data, own.practitioner));
  await allSent(second);
  expect(await app.at(testIds.sync.refused).count()).toBe(0);
  expect(await app.page.getByTestId(testIds.sync.failed).count()).toBe(0);
  const devices = await command('list');
  expect(devices).toContain(first.fingerprint);
  expect(devices).toContain(second.fingerprint);
});

test('O4, S2: every note of both is on the server once, under the ids that waited, signed by its own device', async () => {
  await server.stop();
  const history = await serverHistory(data);
  const arrived = new Set(history.flatMap(({ mutationId }) => mutationId ?? []));
  for (const { words, waited } of [first, second]) {
    expect(waited.filter((id) => !arrived.has(id))).toEqual([]);
    for (const text of [words.signed, words.draft]) {
      const notes = history.filter(({ note }) => note?.includes(text));
      expect(new Set(notes.map(({ key }) => key)).size).toBe(1);
    }
  }
  const signatures = await signaturesIn(data);
  const signers = [first, second].map(({ words }) =>
    signatures.filter(({ note }) => note.includes(words.signed)),
  );
  for (const found of signers) expect(found).toHaveLength(1);
  expect(new Set(signers.flat().map(({ device }) => device.id)).size).toBe(2);
});
