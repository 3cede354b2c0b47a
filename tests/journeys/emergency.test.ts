import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { REVIEW_PATH } from '@fieldchart/clinical';
import en from '../../apps/clinic/src/i18n/en.json' with { type: 'json' };
import es from '../../apps/clinic/src/i18n/es.json' with { type: 'json' };
import { openData } from '../../apps/sync-server/src/setup/openData.ts';
import { testIds } from '../../apps/clinic/src/testIds.ts';
import { appOn, type App } from './support/app.ts';
import { killBrowser, openBrowser } from './support/browser.ts';
import { freePort } from './support/freePort.ts';
import { searchFolder } from './support/profileSearch.ts';
import { createScreenAudit } from './support/screenAudit.ts';
import { startProduct, type RunningProduct } from './support/server.ts';
import { until } from './support/until.ts';

// A clinician breaks the glass for a colleague's client. The steps build on each other and run in order.

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'fieldchart-emergency-'));
const data = join(folder, 'data');
const passphrase = 'copper lantern wades through barley 83';
const family = 'Quillfeather-Ombasi';
const birthDate = '1988-04-17';
const reason = 'Found unconscious at the bus stop, may be allergic';
const words = {
  colleague: 'Is allergic to penicillin.',
  helper: 'Awake after ten minutes.',
  late: 'Taken home.',
};

let server: RunningProduct;
let colleague: App;
let helper: App;
let helperBrowser: BrowserContext;

const profile = (name: string) => join(folder, name);

beforeAll(async () => {
  server = await startProduct({ folder: data, port: await freePort() });
  const browsers = await Promise.all(['colleague', 'helper'].map((name) => openBrowser(profile(name))));
  [colleague, helper] = (await Promise.all(
    browsers.map(async (browser) => appOn(browser.pages()[0] ?? (await browser.newPage()))),
  )) as [App, App];
  helperBrowser = browsers[1] as BrowserContext;
  for (const [at, app] of [colleague, helper].entries()) {
    const ticket = server.tickets[at];
    if (ticket === undefined) throw new Error('npm start printed too few tickets');
    await app.open(server.url);
    await app.enrol(ticket, passphrase);
  }
}, 300_000);

afterAll(async () => {
  await server?.stop();
  for (const name of ['colleague', 'helper']) await killBrowser(profile(name));
  rmSync(folder, { recursive: true, force: true });
});

const command = async (name: string, ...args: string[]) => {
  const cli = [`apps/sync-server/src/cli/${name}.ts`, ...args, '--data', data];
  return (await promisify(execFile)(process.execPath, cli, { cwd: root })).stdout;
};

/** From a chart: a visit, and a note in it. */
async function writeNote(app: App, text: string): Promise<void> {
  await app.toNote();
  await app.at(testIds.note.section('data')).fill(text);
  await app.reads(testIds.note.saveState, en.save.saved);
}

const allSent = async (app: App) => {
  await app.at(testIds.nav.sync).click();
  await app.at(testIds.sync.now).click();
  await until('everything was sent', async () =>
    (await app.page.getByTestId(testIds.sync.waiting).innerText()).includes(en.sync.nothingWaits),
  );
};

const fillIn = async (app: App, born: string) => {
  await app.at(testIds.emergency.family).fill('quillfeather-OMBASI');
  await app.at(testIds.emergency.birthDate).fill(born);
  await app.at(testIds.emergency.reason).fill(reason);
  await app.at(testIds.emergency.ask).click();
};

const accessId = async () => /[0-9a-f-]{36}/u.exec(await command('emergency', 'list'))?.[0] ?? '';

test('a colleague registers a client and writes a note; nobody else has them', async () => {
  await colleague.at(testIds.caseload.newClient).click();
  const field = (name: string) => colleague.at(testIds.register.field(name));
  await field('given').fill('Zephyrine');
  await field('family').fill(family);
  await field('birthDate').fill(birthDate);
  await colleague.at(testIds.register.save).click();
  await colleague.shows(testIds.chart.startVisit);
  await writeNote(colleague, words.colleague);
  await allSent(colleague);
  await helper.search(family);
  await until('nobody matches', async () => (await helper.clientRows().count()) === 0);
});

test('offline it says so, and leads to what goes without a network', async () => {
  await helperBrowser.setOffline(true);
  await helper.at(testIds.caseload.emergency).click();
  await fillIn(helper, birthDate);
  await helper.reads(testIds.emergency.offline, en.emergency.offlineText);
  expect(await helper.at(testIds.emergency.offline).count()).toBe(1);
  await helper.at(testIds.emergency.register).click();
  await helper.shows(testIds.register.save);
  await helperBrowser.setOffline(false);
});

test('without a reason nothing is asked; whoever is not exactly this one is not found', async () => {
  await helper.at(testIds.nav.clients).click();
  await helper.at(testIds.emergency.open).click();
  await helper.at(testIds.emergency.ask).click();
  await helper.page.getByText(en.emergency.error.reason).waitFor();
  await fillIn(helper, '1988-04-18');
  await helper.reads(testIds.emergency.problem, en.emergency.problem.notFound);
  expect(await command('emergency', 'list')).toBe('None.\n');
});

test.each(['es', 'en'] as const)(
  'the screen in %s is accessible, roomy, and in its language',
  async (language) => {
    const audit = createScreenAudit(language);
    const open = async () => {
      await helper.at(testIds.nav.settings).click();
      await helper.at(testIds.settings.language(language)).click();
      await helper.at(testIds.nav.clients).click();
      await helper.at(testIds.emergency.open).click();
    };
    await open();
    await helper.at(testIds.emergency.by('identifier')).click();
    await helper.at(testIds.emergency.ask).click();
    await audit.look(helper.page, 'emergency-missing');
    await helper.at(testIds.emergency.identifier).fill('0000');
    await helper.at(testIds.emergency.reason).fill(reason);
    await helper.at(testIds.emergency.ask).click();
    await helper.shows(testIds.emergency.problem);
    await audit.look(helper.page, 'emergency-nobody');
    await helperBrowser.setOffline(true);
    await helper.at(testIds.emergency.ask).click();
    await helper.shows(testIds.emergency.offline);
    await audit.look(helper.page, 'emergency-offline');
    await helperBrowser.setOffline(false);
    await helper.search(family);
    await helper.shows(testIds.caseload.emergency);
    await audit.look(helper.page, 'caseload-nobody-matches');
    expect(audit.problems).toEqual([]);
  },
);

test('S3: asked for exactly and with a reason, the record comes, marked with its end, and takes a note', async () => {
  await helper.at(testIds.caseload.emergency).click();
  await fillIn(helper, birthDate);
  await helper.reads(testIds.chart.name, family);
  await helper.reads(testIds.emergency.until, en.emergency.until.replace('{{time}}', ''));
  await helper.page.getByText(words.colleague).waitFor();
  const audit = createScreenAudit('en');
  await audit.look(helper.page, 'chart-emergency');
  await writeNote(helper, words.helper);
  await allSent(helper);
  await helper.search(family);
  await until('the client is in the list', async () => (await helper.clientRows().count()) === 1);
  expect(await helper.at(testIds.emergency.until).count()).toBe(1);
  await audit.look(helper.page, 'caseload-emergency');
  expect(audit.problems).toEqual([]);
  await allSent(colleague);
  await colleague.search(family);
  await colleague.clientRows().first().click();
  await colleague.page.getByText(words.helper).waitFor();
  expect(await colleague.at(testIds.emergency.until).count()).toBe(0);
});

test('administrators are told who, whom, why and until when', async () => {
  expect(await command('device', 'alerts')).toContain('emergency-access');
  const listed = await command('emergency', 'list');
  expect(listed).toContain(reason);
  expect(listed).toContain(server.tickets[1]?.practitioner);
  expect(await command('emergency', 'reviewed', await accessId())).toContain('looked at');
});

test('S3: ended while the device is away, late work says that it will be handed over, until the inbox has it', async () => {
  await helperBrowser.setOffline(true);
  await helper.clientRows().first().click();
  await writeNote(helper, words.late);
  await helper.at(testIds.nav.clients).click();
  expect(await command('emergency', 'end', await accessId())).toContain('Ended');
  await helperBrowser.route(`**${REVIEW_PATH}`, (route) => route.abort());
  await helperBrowser.setOffline(false);
  // The late note is refused, the end of the access is told, and the inbox is not reached.
  await helper.at(testIds.nav.sync).click();
  await helper.reads(testIds.sync.waiting, en.explain.leaving);
  await helper.at(testIds.nav.clients).click();
  await helper.clientRows().first().click();
  await helper.at(testIds.chart.continueVisit).click();
  await helper.at(testIds.visit.finish).click();
  await helper.shows(testIds.chart.name);
  for (const [language, texts] of Object.entries({ es, en })) {
    await helper.at(testIds.nav.settings).click();
    await helper.at(testIds.settings.language(language)).click();
    await helper.at(testIds.nav.sync).click();
    await helper.reads(testIds.sync.waiting, texts.explain.leaving);
    // Refused as it was, it asks for nobody.
    expect(await helper.at(testIds.sync.failed).count()).toBe(0);
    const audit = createScreenAudit(language as 'en' | 'es');
    await audit.look(helper.page, 'sync-leaving');
    expect(audit.problems).toEqual([]);
  }
});

test('S3, D3: the late note goes to the review inbox and the client leaves the device', async () => {
  await helperBrowser.unroute(`**${REVIEW_PATH}`);
  await helper.at(testIds.sync.now).click();
  await helper.shows(testIds.sync.handedOver);
  await helper.at(testIds.nav.clients).click();
  await until('the client is gone', async () => (await helper.clientRows().count()) === 0);
  await helper.at(testIds.nav.sync).click();
  await helper.shows(testIds.sync.handedOver);
  expect(await command('review', 'list')).toContain(server.tickets[1]?.practitioner);
});

test('the audit trail of the server and of the device hold the breaking of the glass', async () => {
  await allSent(helper);
  await server.stop();
  const opened = await openData({ folder: data, mustExist: true });
  try {
    const rows = await opened.storage.db.selectFrom('audit').select(['action', 'body']).execute();
    const given = rows
      .filter(({ action }) => action === 'emergency-access')
      .map(({ body }) => JSON.stringify(body));
    expect(given.some((body) => body.includes('"BTG"') && body.includes(reason))).toBe(true);
    const links = rows
      .filter(({ action }) => action === 'device-link')
      .map(({ body }) => JSON.stringify(body))
      .filter((body) => body.includes('emergency-access'));
    expect(links.some((body) => body.includes('"until"'))).toBe(true);
    expect(links.join('')).not.toContain('bus stop');
  } finally {
    await opened.close();
  }
});

test('E2: of the client who was let in for a time the profile holds nothing that can be read', async () => {
  // Browsers write history, form state and local storage some seconds behind.
  await helper.page.waitForTimeout(12_000);
  for (const name of ['colleague', 'helper']) await killBrowser(profile(name));
  const texts = [family, reason, ...Object.values(words).filter((text) => text.length > 12), passphrase];
  expect(searchFolder(profile('helper'), texts)).toEqual([]);
});
