import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import en from '../../apps/clinic/src/i18n/en.json' with { type: 'json' };
import { testIds } from '../../apps/clinic/src/testIds.ts';
import { appOn, type App } from './support/app.ts';
import { addAuthenticator, type Authenticator } from './support/authenticator.ts';
import { killBrowser, openBrowser } from './support/browser.ts';
import { deviceDiskOf } from './support/deviceDisk.ts';
import { freePort } from './support/freePort.ts';
import { startProduct, type RunningProduct } from './support/server.ts';
import { patience, until } from './support/until.ts';

// A PIN that a passkey of the device binds. The steps build on each other and run in order.

const folder = mkdtempSync(join(tmpdir(), 'fieldchart-pin-'));
const profile = join(folder, 'profile');
const pin = '739158';

let server: RunningProduct;
let app: App;
let authenticator: Authenticator;

beforeAll(async () => {
  server = await startProduct({ folder: join(folder, 'data'), port: await freePort() });
  const device = await openBrowser(profile);
  app = appOn(device.pages()[0] ?? (await device.newPage()));
  authenticator = await addAuthenticator(app.page);
}, 300_000);

afterAll(async () => {
  await server?.stop();
  await killBrowser(profile);
  rmSync(folder, { recursive: true, force: true });
});

test('a PIN that is easily guessed is refused, and the reason is said', async () => {
  const [ticket] = server.tickets;
  if (ticket === undefined) throw new Error('npm start printed no ticket');
  await app.open(server.url);
  await app.openTicket(ticket);
  await app.at(testIds.enrol.kindPin).click();
  for (const [weak, reason] of [
    ['12345', en.secret.reason.tooShort],
    ['123456', en.secret.reason.sequential],
    ['492492', en.secret.reason.repeated],
    ['159753', en.secret.reason.common],
    ['12a456', en.secret.reason.digitsOnly],
  ] as const) {
    await app.at(testIds.enrol.secret).fill(weak);
    await app.at(testIds.enrol.secretAgain).fill(weak);
    await app.reads(testIds.enrol.verdict, reason);
    expect(await app.at(testIds.enrol.finish).isDisabled()).toBe(true);
  }
});

test('E1: a good PIN is bound to the device by a passkey, and the caseload opens', async () => {
  await app.at(testIds.enrol.secret).fill(pin);
  await app.at(testIds.enrol.secretAgain).fill(pin);
  await until('the PIN is accepted', () => app.at(testIds.enrol.finish).isEnabled());
  expect(await authenticator.passkeys()).toBe(0);
  await app.at(testIds.enrol.finish).click();
  await app.shows(testIds.caseload.list);
  expect(await authenticator.passkeys()).toBe(1);
});

test('E1: a wrong PIN opens nothing; the right one opens', async () => {
  await app.at(testIds.nav.lock).click();
  await app.unlock('739159');
  await app.reads(testIds.unlock.problem, en.unlock.wrong.title);
  await app.shows(testIds.phase.locked);
  expect(await app.at(testIds.caseload.list).count()).toBe(0);
  await app.unlock(pin);
  await app.shows(testIds.caseload.list);
});

test('a note is signed with the PIN, and with no other', async () => {
  await app.clientRows().first().click();
  await app.at(testIds.chart.startVisit).click();
  await app.at(testIds.visit.begin).click();
  await app.at(testIds.visit.writeNote).click();
  await app.at(testIds.note.section('data')).fill('Slept well; the garden is planted.');
  await app.at(testIds.note.toSign).click();
  await app.at(testIds.sign.secret).fill('739159');
  await app.at(testIds.sign.submit).click();
  await app.reads(testIds.sign.problem, en.sign.problem.wrongSecret);
  await app.at(testIds.sign.secret).fill(pin);
  await app.at(testIds.sign.submit).click();
  await app.reads(testIds.note.status, en.note.status.signed);
});

test('E3: from the fourth wrong PIN on there is a wait, counted down, that a reload does not end', async () => {
  await app.at(testIds.nav.clients).click();
  await app.at(testIds.nav.lock).click();
  for (const wrong of ['739150', '739151', '739152']) {
    await app.unlock(wrong);
    await app.shows(testIds.unlock.problem);
    await until('the field is empty again', async () => (await secretField().inputValue()) === '');
    expect(await app.at(testIds.unlock.wait).count()).toBe(0);
  }
  await app.unlock('739153');
  await app.shows(testIds.unlock.wait);
  const first = await secondsLeft();
  expect(first).toBeLessThanOrEqual(10);
  await secretField().fill(pin);
  expect(await app.at(testIds.unlock.submit).isDisabled()).toBe(true);
  await expect.poll(secondsLeft, patience).toBeLessThan(first);

  await app.open(server.url);
  await app.unlock(pin);
  await app.shows(testIds.unlock.wait);
  await app.shows(testIds.phase.locked);
  await until('the wait is over', async () => (await app.at(testIds.unlock.wait).count()) === 0);
  await app.unlock(pin);
  await app.shows(testIds.phase.unlocked);
});

test('E4: without the passkey the PIN opens nothing, and what to do is said', async () => {
  await app.at(testIds.nav.clients).click();
  await app.at(testIds.nav.lock).click();
  const before = await deviceDiskOf(app.page).keyParts();
  await authenticator.forgetPasskeys();
  // Browsers answer a passkey that is gone like a declined one; only the time taken tells them apart. Here none passes,
  // however busy the machine is.
  await app.page.evaluate(() => {
    performance.now = () => 0;
  });
  await app.unlock(pin);
  await app.reads(testIds.unlock.problem, en.unlock.deviceMissing.title);
  await app.reads(testIds.unlock.problem, en.unlock.deviceMissing.text);
  await app.shows(testIds.phase.locked);
  expect(await deviceDiskOf(app.page).keyParts()).toEqual(before);
});

const secretField = () => app.at(testIds.unlock.secret);

async function secondsLeft(): Promise<number> {
  return Number(/\d+/u.exec(await app.at(testIds.unlock.wait).innerText())?.[0]);
}
