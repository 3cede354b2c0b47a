import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import en from '../../apps/clinic/src/i18n/en.json' with { type: 'json' };
import { testIds } from '../../apps/clinic/src/testIds.ts';
import { appOn, type App } from './support/app.ts';
import { addAuthenticator, type Authenticator } from './support/authenticator.ts';
import { desktop, killBrowser, openBrowser } from './support/browser.ts';
import { deviceDiskOf, type DeviceDisk } from './support/deviceDisk.ts';
import { freePort } from './support/freePort.ts';
import { createScreenAudit } from './support/screenAudit.ts';
import { issueTicket, startProduct, type PrintedTicket, type RunningProduct } from './support/server.ts';
import { until } from './support/until.ts';

// What stands in an unlock's way says what it is, what is safe and what to do, and changes no stored byte. An
// organisation that has keys destroyed after five wrong PINs. The steps build on each other and run in order.

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'fieldchart-damage-'));
const data = join(folder, 'data');
const profile = join(folder, 'profile');
const pin = '739158';
const newPin = '840261';

let server: RunningProduct;
let app: App;
let disk: DeviceDisk;
let authenticator: Authenticator;
let ticket: PrintedTicket;
let userId = '';

beforeAll(async () => {
  server = await startProduct({ folder: data, port: await freePort() });
  await command('policy', '--erase-after', '5');
  ticket = await issueTicket(data, server.tickets[0]?.practitioner ?? '');
  const device = await openBrowser(profile, { viewport: desktop });
  app = appOn(device.pages()[0] ?? (await device.newPage()));
  disk = deviceDiskOf(app.page);
  authenticator = await addAuthenticator(app.page, { backedUp: true });
  await app.open(server.url);
}, 300_000);

afterAll(async () => {
  await server?.stop();
  await killBrowser(profile);
  rmSync(folder, { recursive: true, force: true });
});

async function command(name: string, ...args: string[]): Promise<string> {
  const cli = [`apps/sync-server/src/cli/${name}.ts`, ...args, '--data', data];
  const { stdout } = await promisify(execFile)(process.execPath, cli, { cwd: root });
  return stdout;
}

/** Everything at rest but the attempt counter. */
async function atRest() {
  const parts = (await disk.keyParts()).filter(([, part]) => part !== 'attempts');
  return { parts, files: await disk.files(`user-${userId}`) };
}

const says = async (problem: { readonly title: string; readonly text: string }) => {
  await app.reads(testIds.unlock.problem, problem.title);
  await app.reads(testIds.unlock.problem, problem.text);
  await app.shows(testIds.phase.locked);
};

async function choose(secret: string): Promise<void> {
  await app.at(testIds.enrol.secret).fill(secret);
  await app.at(testIds.enrol.secretAgain).fill(secret);
  await until('the secret is accepted', () => app.at(testIds.enrol.finish).isEnabled());
  await app.at(testIds.enrol.finish).click();
}

const countdownEnds = () =>
  until('the wait is over', async () => (await app.at(testIds.unlock.wait).count()) === 0);

test('what the provider does after wrong PINs is said before the device is set up', async () => {
  await app.shows(testIds.enrol.open);
  await app.page.getByTestId(testIds.enrol.ticketFile).setInputFiles(ticket.file);
  await app.at(testIds.enrol.activationCode).fill(ticket.activationCode);
  await app.at(testIds.enrol.open).click();
  await app.reads(testIds.enrol.policy, en.confirm.policyErase_other.replace('{{count}}', '5'));
  await app.at(testIds.enrol.confirm).click();
});

test('the meter of a passphrase grows with it, and is full where it is accepted', async () => {
  const strengths: number[] = [];
  for (const text of ['lantern', 'lantern barley', 'lantern barley quartz otter 83']) {
    await app.at(testIds.enrol.secret).fill(text);
    await until('it is judged', async () => (await app.at(testIds.enrol.verdict).count()) > 0);
    await app.shows(testIds.enrol.strength);
    strengths.push(Number(await app.at(testIds.enrol.strength).getAttribute('data-percent')));
  }
  expect(strengths).toEqual(strengths.toSorted((one, other) => one - other));
  expect(strengths[0]).toBeLessThan(60);
  expect(strengths[2]).toBe(100);
  await app.reads(testIds.enrol.verdict, en.secret.good);
});

test('a passkey that is copied elsewhere binds no PIN: that is said, not "try again"', async () => {
  await app.at(testIds.enrol.kindPin).click();
  await choose(pin);
  await app.reads(testIds.enrol.problem, en.enrol.problem.notBound);
  expect(await disk.keyParts()).toEqual([]);
  await authenticator.remove();
  authenticator = await addAuthenticator(app.page);
  await app.at(testIds.enrol.kindPin).click();
  await choose(pin);
  await app.shows(testIds.caseload.list);
  userId = (await disk.keyParts())[0]?.[0] ?? '';
  await app.at(testIds.nav.lock).first().click();
  await app.shows(testIds.phase.locked);
});

test('E4: a damaged key record is said so, is not counted, and stays as it is', async () => {
  const whole = (await disk.keyParts()).filter(([, part]) => part === 'slot0' || part === 'slot1');
  for (const [user, part, value] of whole)
    await disk.writeKeyPart(user, part, `${String(value).slice(0, -9)}damaged!!`);
  const before = await atRest();
  const counter = await attempts();
  await app.unlock(pin);
  await says(en.unlock.damaged);
  expect(await atRest()).toEqual(before);
  expect(await attempts()).toEqual(counter);
  for (const [user, part, value] of whole) await disk.writeKeyPart(user, part, value);
  await app.unlock(pin);
  await app.shows(testIds.phase.unlocked);
  await app.at(testIds.nav.lock).first().click();
});

test('D3: a damaged database is said so, is left as it is, and opens again when it is whole', async () => {
  await app.shows(testIds.phase.locked);
  expect(await disk.damageDatabase(`user-${userId}`)).toBeGreaterThan(0);
  const before = await atRest();
  await app.unlock(pin);
  await says(en.unlock.databaseDamaged);
  expect(await atRest()).toEqual(before);
  await disk.damageDatabase(`user-${userId}`);
  await app.unlock(pin);
  await app.shows(testIds.phase.unlocked);
  await app.at(testIds.nav.lock).first().click();
});

test('D3: what can be read of a damaged record is saved, sealed, and brought; the file stays as it is', async () => {
  await app.shows(testIds.phase.locked);
  expect(await disk.damageDatabase(`user-${userId}`, { from: 3, length: 1 })).toBeGreaterThan(0);
  const before = await disk.files(`user-${userId}`);
  await app.unlock(pin);
  await says(en.unlock.databaseDamaged);
  const audit = createScreenAudit('en');
  await audit.look(app.page, 'damaged');
  await app.at(testIds.salvage.start).click();
  await app.reads(testIds.salvage.report, en.salvage.title);
  await app.reads(testIds.salvage.report, en.salvage.sent);
  await audit.look(app.page, 'salvaged');
  expect(audit.problems).toEqual([]);
  await app.page.setViewportSize(desktop);
  expect(await disk.files(`user-${userId}`)).toEqual(before);
  const [device = ''] = /^[0-9a-f-]{36}(?=.*1 to read)/mu.exec(await command('device', 'list')) ?? [];
  const opened = join(folder, 'salvaged.json');
  await command('device', 'sealed', device, '--key', join(data, 'rescue-key.json'), '--out', opened);
  const carried = join(folder, 'carried.jwe');
  const [download] = await Promise.all([
    app.page.waitForEvent('download'),
    app.at(testIds.salvage.saveFile).click(),
  ]);
  await download.saveAs(carried);
  const byHand = join(folder, 'by-hand.json');
  await command('device', 'open', carried, '--key', join(data, 'rescue-key.json'), '--out', byHand);
  expect(readFileSync(byHand, 'utf8')).toBe(readFileSync(opened, 'utf8'));
  const { records, salvaged } = JSON.parse(readFileSync(opened, 'utf8')) as {
    records: readonly { key: string }[];
    salvaged: boolean;
  };
  expect(salvaged).toBe(true);
  expect(records.some(({ key }) => key.startsWith('Patient/'))).toBe(true);
  await disk.damageDatabase(`user-${userId}`, { from: 3, length: 1 });
  await app.unlock(pin);
  await app.shows(testIds.phase.unlocked);
  await app.at(testIds.nav.lock).first().click();
});

test('a storage that does not answer is said so, and changes nothing', async () => {
  await app.shows(testIds.phase.locked);
  const before = await atRest();
  const letGo = await disk.holdDatabase(`user-${userId}`);
  await app.unlock(pin);
  await says(en.unlock.storage);
  await letGo();
  expect(await atRest()).toEqual(before);
  await app.unlock(pin);
  await app.shows(testIds.phase.unlocked);
  await app.at(testIds.nav.lock).first().click();
});

test('a dialogue that is declined is said so, and is not counted', async () => {
  await app.shows(testIds.phase.locked);
  const before = await atRest();
  await app.page.evaluate(() => {
    const get = navigator.credentials.get.bind(navigator.credentials);
    navigator.credentials.get = async () => {
      navigator.credentials.get = get;
      await new Promise((resolve) => setTimeout(resolve, 600));
      throw new DOMException('declined', 'NotAllowedError');
    };
  });
  await app.unlock(pin);
  await says(en.unlock.cancelled);
  expect(await atRest()).toEqual(before);
  expect(await attempts()).toMatchObject({ count: 0 });
});

test('E4: the tries that are left are counted down; after the last the key is gone, and the record is not', async () => {
  const before = await atRest();
  for (const [at, wrong] of ['739150', '739151', '739152', '739153'].entries()) {
    await app.unlock(wrong);
    await app.reads(testIds.unlock.attemptsLeft, tries(4 - at));
  }
  await countdownEnds();
  await app.unlock('739154');
  await says(en.unlock.erased);
  await app.unlock(pin);
  await says(en.unlock.erased);
  const after = await atRest();
  expect(after.files).toEqual(before.files);
  expect(after.parts).toEqual(before.parts.filter(([, part]) => part === 'sealed'));
});

test('rescue opens what the policy left, and the policy governs the new PIN as well', async () => {
  await app.at(testIds.unlock.forgotten).click();
  await app.shows(testIds.phase.rescue);
  await app.at(testIds.enrol.kindPin).click();
  await choose(newPin);
  await app.at(testIds.rescue.send).click();
  await app.reads(testIds.rescue.sent, en.rescue.sent);
  const code = (await app.at(testIds.rescue.code).innerText()).trim();
  const [id = ''] = /[0-9a-f-]{36}/u.exec(await command('rescue', 'list')) ?? [];
  await command('rescue', 'answer', id, '--key', join(data, 'rescue-key.json'), '--code', code);
  await app.at(testIds.rescue.look).click();
  await until('the answer is there', async () =>
    (await app.at(testIds.rescue.answer).inputValue()).startsWith('FIELDCHART-ANSWER1.'),
  );
  await app.at(testIds.rescue.secret).fill(newPin);
  await app.at(testIds.rescue.open).click();
  await app.shows(testIds.phase.unlocked);
  await app.at(testIds.nav.lock).first().click();
  await app.unlock('111222');
  await app.reads(testIds.unlock.attemptsLeft, tries(4));
  await app.unlock(newPin);
  await app.shows(testIds.phase.unlocked);
});

test('D3: a record that the browser evicted is said to be gone, and nothing is made in its place', async () => {
  await app.at(testIds.nav.lock).first().click();
  await app.shows(testIds.phase.locked);
  await disk.evictDatabase(`user-${userId}`);
  await app.unlock(newPin);
  await says(en.unlock.databaseMissing);
  expect(await disk.files(`user-${userId}`)).toEqual({});
});

async function attempts(): Promise<unknown> {
  return (await disk.keyParts()).find(([user, part]) => user === userId && part === 'attempts')?.[2];
}

function tries(count: number): string {
  const { attemptsLeft_one: one, attemptsLeft_other: other } = en.unlock;
  return (count === 1 ? one : other).replace('{{count}}', String(count));
}
