import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import en from '../../apps/clinic/src/i18n/en.json' with { type: 'json' };
import es from '../../apps/clinic/src/i18n/es.json' with { type: 'json' };
import { testIds } from '../../apps/clinic/src/testIds.ts';
import { appOn, type App } from './support/app.ts';
import { killBrowser, openBrowser } from './support/browser.ts';
import { deviceDiskOf, type DeviceDisk } from './support/deviceDisk.ts';
import { freePort } from './support/freePort.ts';
import { createScreenAudit } from './support/screenAudit.ts';
import { issueTicket, startProduct, type RunningProduct } from './support/server.ts';
import { patience, until } from './support/until.ts';

// A record that lost its journal, and one that is damaged while it is open, as a user on a phone goes through them. The
// steps build on each other and run in order.

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'fieldchart-damaged-record-'));
const data = join(folder, 'data');
const profile = join(folder, 'profile');
const passphrase = 'copper lantern wades through barley 83';
const section = testIds.note.section('data');
const first = 'Reports steady sleep and walked by the river.';
const again = ' Written anew after the journal was lost.';
const beside = 'Written beside the damage.';
const PAGE = 4096;

let server: RunningProduct;
let app: App;
let disk: DeviceDisk;

beforeAll(async () => {
  server = await startProduct({ folder: data, port: await freePort() });
  const ticket = await issueTicket(data, server.tickets[0]?.practitioner ?? '');
  await startBrowser('en-US');
  await app.open(server.url);
  await app.enrol(ticket, passphrase);
}, 300_000);

afterAll(async () => {
  await server?.stop();
  await killBrowser(profile);
  rmSync(folder, { recursive: true, force: true });
});

async function startBrowser(locale: string): Promise<void> {
  const device = await openBrowser(profile, { locale });
  app = appOn(device.pages()[0] ?? (await device.newPage()));
  disk = deviceDiskOf(app.page);
}

async function command(name: string, ...args: string[]): Promise<string> {
  const cli = [`apps/sync-server/src/cli/${name}.ts`, ...args, '--data', data];
  const { stdout } = await promisify(execFile)(process.execPath, cli, { cwd: root });
  return stdout;
}

/** Length and hash of the record's own file: the largest of its pool, which has spare ones besides. */
async function recordFile(): Promise<{ readonly bytes: number; readonly print: string }> {
  const prints = Object.values(await disk.files('user-'));
  const [print = ''] = prints.toSorted((a, b) => parseInt(b, 10) - parseInt(a, 10));
  return { bytes: parseInt(print, 10), print };
}

const saveState = () => app.at(testIds.note.saveState).getAttribute('data-state');

/** Back to the list of clients, where a phone has the lock. */
async function lock(): Promise<void> {
  await app.shows(testIds.phase.unlocked);
  for (let screen = 0; screen < 6 && (await app.at(testIds.nav.lock).count()) === 0; screen += 1) {
    await app.at(testIds.nav.back).first().click();
    await app.page.waitForTimeout(300);
  }
  await app.at(testIds.nav.lock).first().click();
  await app.shows(testIds.phase.locked);
}

/** With the client of that row: what a lost journal held of others may be there or not. */
async function beginNote(row: number, text: string): Promise<void> {
  await app.clientRows().nth(row).click();
  await app.at(testIds.chart.startVisit).click();
  await app.at(testIds.visit.begin).click();
  await app.at(testIds.visit.writeNote).click();
  await app.at(section).click();
  await app.page.keyboard.type(text);
  await expect.poll(saveState, patience).toBe('saved');
}

test('D3: a journal that is gone after a kill is said so, in what is safe and what to do, and nothing is touched', async () => {
  await lock();
  await app.unlock(passphrase);
  await app.shows(testIds.caseload.list);
  await beginNote(0, first);
  await killBrowser(profile);

  await startBrowser('es-MX');
  await app.open(server.url);
  await app.shows(testIds.phase.locked);
  expect(await disk.loseJournal('user-')).toBe(1);
  const before = await recordFile();
  const audit = createScreenAudit('es');
  for (let time = 0; time < 2; time += 1) {
    await app.unlock(passphrase);
    await app.reads(testIds.unlock.problem, es.unlock.journalLost.title);
    await app.reads(testIds.unlock.problem, es.unlock.journalLost.text);
    await app.shows(testIds.unlock.openWithLoss);
    expect(await recordFile()).toEqual(before);
  }
  await audit.look(app.page, 'journal-lost');
  expect(audit.problems).toEqual([]);
});

test('D3: the user opens it with what is there, writes on, and is not asked again', async () => {
  await app.at(testIds.unlock.openWithLoss).click();
  await app.shows(testIds.phase.unlocked);
  await app.page.goto(server.url);
  await app.unlock(passphrase);
  await app.shows(testIds.caseload.list);
  await beginNote(1, first + again);
  await killBrowser(profile);

  await startBrowser('en-US');
  await app.open(server.url);
  await app.unlock(passphrase);
  // Where they were when the app died.
  await app.shows(section);
  await expect.poll(() => app.at(section).inputValue(), patience).toBe(first + again);
  await lock();
});

/** Damages one page after the other until one is found with which the record still opens, as most are. */
async function damageSomeRecord(): Promise<{ readonly from: number; readonly length: number }> {
  const pages = Math.floor((await recordFile()).bytes / PAGE) - 1;
  for (let part = 0.5; part > 0.1; part -= 0.05) {
    const stretch = { from: Math.floor(pages * part) * PAGE + 2000, length: 1 };
    expect(await disk.damageDatabase('user-', stretch)).toBe(1);
    await app.unlock(passphrase);
    await until(
      'it opens or says why not',
      async () =>
        (await app.at(testIds.phase.unlocked).count()) + (await app.at(testIds.unlock.problem).count()) > 0,
    );
    if ((await app.at(testIds.phase.unlocked).count()) > 0) return stretch;
    expect(await disk.damageDatabase('user-', stretch)).toBe(1);
  }
  throw new Error('no page was found that the record opens without');
}

test('D3: damage that is found while the record is open is said on the screen, and the user reads and writes around it', async () => {
  await damageSomeRecord();
  await app.at(testIds.nav.clients).first().click();
  await app.shows(testIds.damage);
  await app.reads(testIds.damage, en.damage.title);
  await app.reads(testIds.damage, en.damage.text);
  const audit = createScreenAudit('en');
  await audit.look(app.page, 'damage-notice');
  expect(audit.problems).toEqual([]);
  await app.clientRows().first().waitFor();
  await beginNote(2, beside);
  await app.shows(testIds.damage);
});

test('D3: what waits is sent, the door offers to save what can be read, and the provider opens it; the file stays as it is', async () => {
  await lock();
  await app.page.getByText(en.unlock.partlyDamaged).waitFor();
  const before = await recordFile();
  const audit = createScreenAudit('en');
  await audit.look(app.page, 'partly-damaged');
  await app.at(testIds.unlock.secret).fill(passphrase);
  await app.at(testIds.salvage.start).click();
  await app.reads(testIds.salvage.report, en.salvage.title);
  await app.reads(testIds.salvage.report, en.salvage.sent);
  await audit.look(app.page, 'salvaged-partly');
  expect(audit.problems).toEqual([]);
  expect(await recordFile()).toEqual(before);
  const [device = ''] = /^[0-9a-f-]{36}(?=.*1 to read)/mu.exec(await command('device', 'list')) ?? [];
  const opened = join(folder, 'salvaged.json');
  await command('device', 'sealed', device, '--key', join(data, 'rescue-key.json'), '--out', opened);
  const text = readFileSync(opened, 'utf8');
  expect(text).toContain(beside);
  expect(text).toContain(first + again);
});
