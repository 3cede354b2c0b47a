import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import en from '../../apps/clinic/src/i18n/en.json' with { type: 'json' };
import { testIds } from '../../apps/clinic/src/testIds.ts';
import { appOn, type App } from './support/app.ts';
import { desktop, killBrowser, openBrowser } from './support/browser.ts';
import { deviceDiskOf, type DeviceDisk } from './support/deviceDisk.ts';
import { freePort } from './support/freePort.ts';
import { startProduct, type RunningProduct } from './support/server.ts';
import { until } from './support/until.ts';

// Two clinicians share one browser. The steps build on each other and run in order.

const folder = mkdtempSync(join(tmpdir(), 'fieldchart-users-'));
const profile = join(folder, 'profile');
const secrets = ['copper lantern wades through barley 83', 'seven quiet herons drift past noon 41'] as const;

let server: RunningProduct;
let app: App;
let disk: DeviceDisk;
const ids: string[] = [];

beforeAll(async () => {
  server = await startProduct({ folder: join(folder, 'data'), port: await freePort() });
  const device = await openBrowser(profile, { viewport: desktop });
  app = appOn(device.pages()[0] ?? (await device.newPage()));
  disk = deviceDiskOf(app.page);
  await app.open(server.url);
}, 300_000);

afterAll(async () => {
  await server?.stop();
  await killBrowser(profile);
  rmSync(folder, { recursive: true, force: true });
});

const ticketOf = (which: 0 | 1) => {
  const ticket = server.tickets[which];
  if (ticket === undefined) throw new Error('npm start printed too few tickets');
  return ticket;
};
const usersWithKeys = async () => [...new Set((await disk.keyParts()).map(([userId]) => userId))];
const partsOf = async (userId: string) => (await disk.keyParts()).filter(([user]) => user === userId);

test('one sets the device up and hands it over; another is added by ticket, with a key and a file of their own', async () => {
  await app.enrol(ticketOf(0), secrets[0]);
  ids.push(...(await usersWithKeys()));
  await app.at(testIds.nav.settings).click();
  await app.at(testIds.account.switchUser).click();
  await app.shows(testIds.phase.locked);
  await app.at(testIds.unlock.addUser).click();
  await app.enrol(ticketOf(1), secrets[1]);
  ids.push(...(await usersWithKeys()).filter((userId) => !ids.includes(userId)));
  expect(ids).toHaveLength(2);
  await app.at(testIds.nav.lock).first().click();
  await app.shows(testIds.phase.locked);
  for (const userId of ids) expect(Object.keys(await disk.files(userId)).length).toBeGreaterThan(0);
});

test("E3: each chooses themselves and opens their own record; another's secret opens nothing", async () => {
  const names: string[] = [];
  for (const [at, userId] of ids.entries()) {
    await app.at(testIds.unlock.user(userId)).click();
    await app.unlock(secrets[at === 0 ? 1 : 0]);
    await app.reads(testIds.unlock.problem, en.unlock.wrong.title);
    await app.unlock(secrets[at === 0 ? 0 : 1]);
    await app.shows(testIds.phase.unlocked);
    await app.at(testIds.nav.settings).click();
    const text = await app.page.locator('body').innerText();
    names.push(
      ...server.tickets
        .slice(0, 2)
        .flatMap(({ practitioner }) => (text.includes(practitioner) ? [practitioner] : [])),
    );
    await app.at(testIds.account.switchUser).click();
    await app.shows(testIds.phase.locked);
  }
  expect(names).toEqual(server.tickets.slice(0, 2).map(({ practitioner }) => practitioner));
});

test("one user's wait is their own: another unlocks meanwhile, and the wait stands when the first is chosen again", async () => {
  const [first = '', second = ''] = ids;
  await app.at(testIds.unlock.user(first)).click();
  for (const wrong of ['one', 'two', 'three', 'four']) {
    await app.unlock(`not the passphrase ${wrong}`);
    await until('the try is over', async () => (await app.at(testIds.unlock.secret).inputValue()) === '');
  }
  await app.shows(testIds.unlock.wait);
  await app.at(testIds.unlock.user(second)).click();
  await until('the wait is gone', async () => (await app.at(testIds.unlock.wait).count()) === 0);
  expect(await app.at(testIds.unlock.problem).count()).toBe(0);
  await app.at(testIds.unlock.user(first)).click();
  expect(await app.at(testIds.unlock.problem).count()).toBe(1);
  await app.at(testIds.unlock.user(second)).click();
  await app.unlock(secrets[1]);
  await app.shows(testIds.phase.unlocked);
});

test('E5: the screen is covered out of sight, and a tab that stays hidden locks', async () => {
  await setVisibility('hidden');
  await app.page.getByTestId(testIds.cover).waitFor();
  await setVisibility('visible');
  await until('the cover is gone', async () => (await app.page.getByTestId(testIds.cover).count()) === 0);
  await app.shows(testIds.phase.unlocked);
  await setVisibility('hidden');
  await passTime(3);
  await setVisibility('visible');
  await app.reads(testIds.phase.locked, en.unlock.reason.background);
});

test('E5: after hours asleep the first touch locks, and opens nothing', async () => {
  await chooseSecond();
  await app.unlock(secrets[1]);
  await app.at(testIds.nav.clients).click();
  await app.shows(testIds.caseload.list);
  expect(app.page.workers().length).toBe(1);
  await passTime(8 * 60);
  await app
    .clientRows()
    .first()
    .click({ noWaitAfter: true, timeout: 2_000 })
    .catch(() => {});
  await app.reads(testIds.phase.locked, en.unlock.reason.idle);
  expect(await app.at(testIds.chart.startVisit).count()).toBe(0);
  await until('the worker has ended', async () => app.page.workers().length === 0);
  await app.page.reload();
});

test('D1, E5: a disk that takes nothing delays the lock, not the blank screen; then the text is there', async () => {
  await chooseSecond();
  await app.unlock(secrets[1]);
  await app.at(testIds.nav.clients).click();
  await app.clientRows().first().click();
  await app.at(testIds.chart.startVisit).click();
  await app.at(testIds.visit.begin).click();
  await app.at(testIds.visit.writeNote).click();
  await app.at(testIds.note.section('data')).fill('Kept.');
  await until(
    'it is saved',
    async () => (await app.at(testIds.note.saveState).getAttribute('data-state')) === 'saved',
  );
  await holdWrites(true);
  await app.at(testIds.note.section('data')).fill('Kept. And slowly too.');
  await app.at(testIds.nav.lock).first().click();
  await app.shows(testIds.phase.locking);
  expect(await app.page.locator('body').innerText()).not.toContain('Kept.');
  expect(await app.page.locator('textarea, input').count()).toBe(0);
  await app.reads(testIds.locking.unsaved, en.locking.unsaved.title);
  await app.reads(testIds.locking.unsaved, en.locking.unsaved.text);
  await holdWrites(false);
  await app.shows(testIds.phase.locked);
  await chooseSecond();
  await app.unlock(secrets[1]);
  await until('the text is there', async () =>
    (await app.at(testIds.note.section('data')).inputValue()).includes('And slowly too.'),
  );
});

test('what the disk never took is given up by the user alone, and the next unlock opens what was saved', async () => {
  await holdWrites(true);
  await app.at(testIds.note.section('data')).fill('Kept. And slowly too. Never taken.');
  await app.at(testIds.nav.lock).first().click();
  await app.at(testIds.locking.abandon).click();
  await app.at(testIds.locking.abandonNow).click();
  // The worker that never answered is ended: nothing of the session is left, and the app stands locked.
  await app.shows(testIds.phase.locked);
  await app.page.reload();
  await chooseSecond();
  await app.unlock(secrets[1]);
  await until('what was saved is there', async () =>
    (await app.at(testIds.note.section('data')).inputValue()).endsWith('And slowly too.'),
  );
});

test('E5: the address at the door names nobody, however the app was started and wherever the user was', async () => {
  const address = () => app.page.evaluate(() => location.pathname + location.search + location.hash);
  const note = await address();
  expect(note).toContain('/notes/');
  await app.page.reload();
  await app.shows(testIds.phase.locked);
  await expect.poll(address).toBe('/');
  await chooseSecond();
  await app.unlock(secrets[1]);
  await app.shows(testIds.note.section('data'));
  expect(await address()).toBe(note);
  await app.at(testIds.nav.back).click();
  await app.shows(testIds.visit.writeNote);
  await app.at(testIds.nav.lock).first().click();
  await app.shows(testIds.phase.locked);
  await expect.poll(address).toBe('/');
  await chooseSecond();
  await app.unlock(secrets[1]);
  await app.shows(testIds.visit.writeNote);
});

test("E3: who leaves takes key and file along, and not one byte of the other's changes", async () => {
  const [first = '', second = ''] = ids;
  await app.at(testIds.nav.sync).click();
  await app.at(testIds.sync.now).click();
  await until('everything was sent', async () =>
    (await app.page.getByTestId(testIds.sync.waiting).innerText()).includes(en.sync.nothingWaits),
  );
  const before = { parts: await partsOf(first), files: await disk.files(first) };
  await app.at(testIds.nav.settings).click();
  await app.at(testIds.account.leave).click();
  await app.at(testIds.account.leaveSecret).fill(secrets[1]);
  await app.at(testIds.account.leaveNow).click();
  await app.reads(testIds.phase.locked, en.unlock.reason.left);
  expect(await app.at(testIds.unlock.user(second)).count()).toBe(0);
  expect(await disk.files(second)).toEqual({});
  expect(await partsOf(second)).toEqual([]);
  expect({ parts: await partsOf(first), files: await disk.files(first) }).toEqual(before);
});

async function chooseSecond(): Promise<void> {
  await app.shows(testIds.unlock.secret);
  await app.at(testIds.unlock.user(ids[1] ?? '')).click();
}

async function setVisibility(state: 'visible' | 'hidden'): Promise<void> {
  await app.page.evaluate((next) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => next });
    document.dispatchEvent(new Event('visibilitychange'));
  }, state);
}

/** The page's clock goes on by so many minutes at once, as after a sleep: no timer runs in between. */
async function passTime(minutes: number): Promise<void> {
  await app.page.evaluate((count) => {
    const before = Date.now.bind(Date);
    Date.now = () => before() + count * 60_000;
  }, minutes);
}

/** Holds what the page writes to its database back, as a disk that does not answer. */
async function holdWrites(held: boolean): Promise<void> {
  await app.page.evaluate((hold) => {
    const page = globalThis as unknown as { held?: (() => void)[] | undefined; patched?: true };
    if (page.patched === undefined) {
      page.patched = true;
      const post = Reflect.get(Worker.prototype, 'postMessage') as (...args: unknown[]) => undefined;
      Worker.prototype.postMessage = function (this: Worker, message: unknown, ...rest: never[]) {
        const send = () => Reflect.apply(post, this, [message, ...rest]);
        const { kind } = (message ?? {}) as { kind?: string };
        if (page.held !== undefined && (kind === 'batch' || kind === 'begin')) page.held.push(send);
        else send();
      };
    }
    const waiting = page.held ?? [];
    page.held = hold ? waiting : undefined;
    if (!hold) for (const send of waiting) send();
  }, held);
}
