import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import en from '../../apps/clinic/src/i18n/en.json' with { type: 'json' };
import { testIds } from '../../apps/clinic/src/testIds.ts';
import { appOn, type App } from './support/app.ts';
import { desktop, killBrowser, openBrowser } from './support/browser.ts';
import { freePort } from './support/freePort.ts';
import { issueTicket, startProduct, type RunningProduct } from './support/server.ts';
import { patience } from './support/until.ts';

// A storage that refuses while somebody types. The steps build on each other and run in order.

const folder = mkdtempSync(join(tmpdir(), 'fieldchart-storage-'));
const profile = join(folder, 'profile');
const passphrase = 'copper lantern wades through barley 83';
const section = testIds.note.section('data');
const before = 'Reports steady sleep and walked by the river. ';
/** More than the room that Chromium sets aside for a file ahead. */
const refused = 'Typed while the browser had no room left. '.repeat(60_000);
const later = 'Typed when there was room again.';
const whileReadOnly = ' Typed while the storage took no writes.';

let server: RunningProduct;
let app: App;

beforeAll(async () => {
  server = await startProduct({ folder: join(folder, 'data'), port: await freePort() });
  const ticket = await issueTicket(join(folder, 'data'), server.tickets[0]?.practitioner ?? '');
  const device = await openBrowser(profile, { viewport: desktop });
  app = appOn(device.pages()[0] ?? (await device.newPage()));
  await app.open(server.url);
  await app.enrol(ticket, passphrase);
}, 300_000);

afterAll(async () => {
  await server?.stop();
  await killBrowser(profile);
  rmSync(folder, { recursive: true, force: true });
});

/** What the browser grants this origin, in bytes; without a number, what it would have granted. */
async function grant(quotaSize?: number): Promise<void> {
  const devTools = await app.page.context().newCDPSession(app.page);
  const origin = new URL(server.url).origin;
  await devTools.send('Storage.overrideQuotaForOrigin', {
    origin,
    ...(quotaSize === undefined ? {} : { quotaSize }),
  });
}

/** As a paste does: typing so much would take minutes. */
const put = (text: string): Promise<void> =>
  app.at(section).evaluate((field, value) => {
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')?.set?.call(field, value);
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }, text);

const saveState = () => app.at(testIds.note.saveState).getAttribute('data-state');

test('D1: with the quota exceeded the text stays on the screen, is said not to be saved, and is saved when there is room', async () => {
  await app.clientRows().first().click();
  await app.at(testIds.chart.startVisit).click();
  await app.at(testIds.visit.begin).click();
  await app.at(testIds.visit.writeNote).click();
  await app.at(section).click();
  await app.page.keyboard.type(before);
  await expect.poll(saveState, patience).toBe('saved');

  await grant(1);
  await put(before + refused);
  await expect.poll(saveState, patience).toBe('not-saved');
  await app.reads(testIds.note.saveState, en.save.full);
  expect((await app.at(section).inputValue()) === before + refused).toBe(true);

  await grant();
  await put(before + later);
  await expect.poll(saveState, patience).toBe('saved');
  expect(await app.at(section).inputValue()).toBe(before + later);
});

/** What Chromium answers to a write on a file system that was made read-only; reads go on. */
async function makeReadOnly(isReadOnly: boolean): Promise<void> {
  const worker = app.page.workers().at(-1);
  if (worker === undefined) throw new Error('there is no database worker');
  await worker.evaluate((refuses) => {
    const scope = globalThis as unknown as { writeOfTheBrowser?: () => number };
    const { prototype } = (globalThis as unknown as Record<string, { prototype: { write: () => number } }>)[
      'FileSystemSyncAccessHandle'
    ] ?? { prototype: { write: () => 0 } };
    scope.writeOfTheBrowser ??= prototype.write;
    prototype.write = refuses
      ? () => {
          throw new DOMException('read-only', 'NoModificationAllowedError');
        }
      : scope.writeOfTheBrowser;
  }, isReadOnly);
}

test('D1: with the storage read-only the text stays on the screen, is said not to be saved, and is saved when it can be written to', async () => {
  await makeReadOnly(true);
  await app.page.keyboard.press('Control+End');
  await app.page.keyboard.type(whileReadOnly);
  await expect.poll(saveState, patience).toBe('not-saved');
  await app.reads(testIds.note.saveState, en.save.readOnly);
  expect(await app.at(section).inputValue()).toBe(before + later + whileReadOnly);
  await makeReadOnly(false);
  await expect.poll(saveState, patience).toBe('saved');
  expect(await app.at(section).inputValue()).toBe(before + later + whileReadOnly);
});

test('D4: nothing that was saved was harmed: after a kill the note is whole', async () => {
  const address = app.page.url();
  await killBrowser(profile);
  const device = await openBrowser(profile, { viewport: desktop });
  app = appOn(device.pages()[0] ?? (await device.newPage()));
  await app.open(address);
  await app.unlock(passphrase);
  await app.shows(section);
  await expect.poll(() => app.at(section).inputValue(), patience).toBe(before + later + whileReadOnly);
});
