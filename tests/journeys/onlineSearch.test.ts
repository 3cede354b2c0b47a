import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEvent } from '@fieldchart/clinical';
import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import en from '../../apps/clinic/src/i18n/en.json' with { type: 'json' };
import { testIds } from '../../apps/clinic/src/testIds.ts';
import { openData } from '../../apps/sync-server/src/setup/openData.ts';
import { appOn, type App } from './support/app.ts';
import { killBrowser, openBrowser } from './support/browser.ts';
import { freePort } from './support/freePort.ts';
import { searchFolder } from './support/profileSearch.ts';
import { createScreenAudit } from './support/screenAudit.ts';
import { issueTicket, startProduct, type RunningProduct } from './support/server.ts';
import { until } from './support/until.ts';

// A supervisor finds a note of a client who is in nobody's caseload but a colleague's. The steps build on each other.

const folder = mkdtempSync(join(tmpdir(), 'fieldchart-online-'));
const data = join(folder, 'data');
const profile = (name: string) => join(folder, name);
const passphrase = 'copper lantern wades through barley 83';
const family = 'Quillfeather-Ombasi';
const text = 'Sleep was poor: dreamt of a quetzalcoatlus over the river.';

let server: RunningProduct;
let colleague: App;
let supervisor: App;
let browser: BrowserContext;

const openSupervisor = async () => {
  browser = await openBrowser(profile('supervisor'));
  supervisor = appOn(browser.pages()[0] ?? (await browser.newPage()));
  await supervisor.open(server.url);
};

beforeAll(async () => {
  server = await startProduct({ folder: data, port: await freePort() });
  const other = await openBrowser(profile('colleague'));
  colleague = appOn(other.pages()[0] ?? (await other.newPage()));
  await colleague.open(server.url);
  await openSupervisor();
  const tickets = [server.tickets[0], await issueTicket(data, 'Helen Baptiste')];
  for (const [at, app] of [colleague, supervisor].entries()) {
    const ticket = tickets[at];
    if (ticket === undefined) throw new Error('npm start printed too few tickets');
    await app.enrol(ticket, passphrase);
  }
  await supervisor.installed();
}, 300_000);

afterAll(async () => {
  await server?.stop();
  for (const name of ['colleague', 'supervisor']) await killBrowser(profile(name));
  rmSync(folder, { recursive: true, force: true });
});

const onServer = (kind: 'note' | 'client') =>
  supervisor.page.locator(`[data-testid^="online-${kind}-"]`).filter({ visible: true });
const found = () => supervisor.page.locator('[data-testid^="found-"][href]').filter({ visible: true });

const look = async (subject: 'notes' | 'clients', words: string) => {
  await supervisor.at(testIds.nav.clients).click();
  await supervisor.shows(testIds.caseload.search);
  await supervisor.at(testIds.caseload.subject(subject)).click();
  await supervisor.at(testIds.caseload.search).fill(words);
};

const speak = async (language: 'en' | 'es') => {
  await supervisor.at(testIds.nav.settings).click();
  await supervisor.at(testIds.settings.language(language)).click();
};

test('a colleague registers a client and writes a note; the supervisor’s device has neither', async () => {
  await colleague.at(testIds.caseload.newClient).click();
  const field = (name: string) => colleague.at(testIds.register.field(name));
  await field('given').fill('Zephyrine');
  await field('family').fill(family);
  await field('birthDate').fill('1988-04-17');
  await colleague.at(testIds.register.save).click();
  await colleague.at(testIds.chart.startVisit).click();
  await colleague.at(testIds.visit.begin).click();
  await colleague.at(testIds.visit.writeNote).click();
  await colleague.at(testIds.note.section('data')).fill(text);
  await colleague.reads(testIds.note.saveState, en.save.saved);
  await colleague.at(testIds.nav.sync).click();
  await colleague.at(testIds.sync.now).click();
  await until('everything was sent', async () =>
    (await colleague.page.getByTestId(testIds.sync.waiting).innerText()).includes(en.sync.nothingWaits),
  );
});

test('the writer’s own device has it already: the server adds nothing', async () => {
  await colleague.search('quetzalcoatlus');
  await colleague.at(testIds.caseload.subject('notes')).click();
  await colleague.reads(testIds.online.status, en.online.nothing);
  expect(await colleague.at(testIds.online.section).count()).toBe(0);
});

test('the server’s answer comes in below, and nothing that is being read moves', async () => {
  await look('notes', 'sleep ');
  await supervisor.reads(testIds.online.status, en.online.searching);
  await until('the device has answered', async () => (await found().count()) > 0);
  const before = await found().first().boundingBox();
  await supervisor.reads(testIds.online.status, '1 more on the server');
  expect(await found().first().boundingBox()).toEqual(before);
});

test.each(['es', 'en'] as const)('in %s it is accessible, roomy and in its language', async (language) => {
  const audit = createScreenAudit(language);
  await speak(language);
  await look('notes', 'quetzalcoatlus');
  await until('the note is found', async () => (await onServer('note').count()) === 1);
  await audit.look(supervisor.page, 'online-notes');
  await onServer('note').first().click();
  await supervisor.shows(testIds.online.readOnly);
  await audit.look(supervisor.page, 'online-note');
  await look('clients', 'quillfether');
  await until('the client is found', async () => (await onServer('client').count()) === 1);
  await audit.look(supervisor.page, 'online-clients');
  await onServer('client').first().click();
  await supervisor.shows(testIds.online.readOnly);
  await audit.look(supervisor.page, 'online-client');
  expect(audit.problems).toEqual([]);
});

test('opened it is read only, says so, and leads to the client', async () => {
  await look('notes', 'quetzalcoatlus');
  await onServer('note').first().click();
  await supervisor.reads(testIds.online.readOnly, en.online.beyond);
  await supervisor.reads(testIds.note.text, text);
  expect(await supervisor.page.locator('textarea').filter({ visible: true }).count()).toBe(0);
  await supervisor.at(testIds.nav.back).click();
  await supervisor.reads(testIds.chart.name, family);
  expect(await supervisor.at(testIds.chart.startVisit).count()).toBe(0);
  expect(
    await supervisor.page.locator('[data-testid^="online-visit-"]').filter({ visible: true }).count(),
  ).toBe(1);
  await supervisor.page.getByText(en.online.noConsents).waitFor();
  await supervisor.page.locator('[data-testid^="note-"][href]').first().click();
  await supervisor.reads(testIds.note.text, text);
});

test('the server is asked with the list’s filters too; of what waits on a device the list says that only it was searched', async () => {
  await look('clients', 'quillfether');
  await until('the client is found', async () => (await onServer('client').count()) === 1);
  await supervisor.at(testIds.caseload.filter('not-seen-30-days')).click();
  await supervisor.reads(testIds.online.status, en.online.nothing);
  await supervisor.at(testIds.caseload.filter('waiting')).click();
  await supervisor.reads(testIds.online.status, en.online.deviceAlone);
  await supervisor.reads(testIds.online.caveat, en.online.deviceOnly);
  await supervisor.at(testIds.caseload.filter('all')).click();
  await until('the client is found', async () => (await onServer('client').count()) === 1);
  // A filter is a question without a word too; the whole list is none.
  await look('notes', '');
  await supervisor.at(testIds.found.filter('last-30-days')).click();
  await until('the note is found', async () => (await onServer('note').count()) === 1);
  await supervisor.at(testIds.found.filter('all')).click();
  await until('the server adds nothing', async () => (await onServer('note').count()) === 0);
  await look('notes', 'quetzalcoatlus');
  await until('the note is found', async () => (await onServer('note').count()) === 1);
});

test('who comes back to the list finds it as it was', async () => {
  await supervisor.at(testIds.nav.clients).click();
  await until('the note is still there', async () => (await onServer('note').count()) === 1);
});

test('E5: after a kill the place is there and the text is not; it is read again only when asked for', async () => {
  await onServer('note').first().click();
  await supervisor.reads(testIds.note.text, text);
  await supervisor.page.waitForTimeout(1000);
  await killBrowser(profile('supervisor'));
  await openSupervisor();
  await supervisor.unlock(passphrase);
  await supervisor.shows(testIds.online.look);
  expect(await supervisor.at(testIds.note.text).count()).toBe(0);
  const audit = createScreenAudit('en');
  await audit.look(supervisor.page, 'online-not-here');
  expect(audit.problems).toEqual([]);
  await supervisor.at(testIds.online.look).click();
  await supervisor.reads(testIds.note.text, text);
});

test('offline the list is the device’s own and says so; a note of the server cannot be read, and says why', async () => {
  await look('notes', 'quetzalcoatlus');
  await until('the note is found', async () => (await onServer('note').count()) === 1);
  await browser.setOffline(true);
  await onServer('note').first().click();
  await supervisor.reads(testIds.online.problem, en.online.problem.unreachable);
  const audit = createScreenAudit('en');
  await audit.look(supervisor.page, 'online-note-offline');
  await look('notes', 'quetzalcoatlus ');
  await supervisor.reads(testIds.online.status, en.online.deviceAlone);
  await supervisor.reads(testIds.online.caveat, en.online.why.unreachable);
  await audit.look(supervisor.page, 'online-offline');
  expect(audit.problems).toEqual([]);
});

test('with the connection the server is asked by itself', async () => {
  await look('notes', 'quetzalcoatlus riv');
  await supervisor.reads(testIds.online.status, en.online.deviceAlone);
  await browser.setOffline(false);
  await until('the note is found', async () => (await onServer('note').count()) === 1);
});

test('read only until there is access: with it the record comes, the note is the device’s, and the server adds nothing', async () => {
  await supervisor.at(testIds.emergency.open).click();
  await supervisor.at(testIds.emergency.family).fill(family);
  await supervisor.at(testIds.emergency.birthDate).fill('1988-04-17');
  await supervisor.at(testIds.emergency.reason).fill('Colleague is ill, the client calls');
  await supervisor.at(testIds.emergency.ask).click();
  await supervisor.shows(testIds.chart.continueVisit);
  expect(await supervisor.at(testIds.online.readOnly).count()).toBe(0);
  await look('notes', 'quetzalcoatlus');
  await supervisor.reads(testIds.online.status, en.online.nothing);
  expect([await found().count(), await onServer('note').count()]).toEqual([1, 0]);
});

test('S3: the server’s audit holds what was asked and read beyond the caseload, by whom, of whom', async () => {
  await server.stop();
  const opened = await openData({ folder: data, mustExist: true });
  try {
    const rows = await opened.storage.db
      .selectFrom('audit')
      .select(['action', 'client_id', 'found', 'body'])
      .execute();
    const beyond = rows.filter(({ body }) => JSON.stringify(body).includes('"reach"'));
    const queries = beyond
      .filter(({ action, found }) => action === 'search' && found.length > 0)
      .map(({ body }) => JSON.stringify(body))
      .map((body) => Buffer.from(/"query":"([^"]+)"/u.exec(body)?.[1] ?? '', 'base64').toString());
    expect(queries.some((query) => query.includes('Composition?_content=quetzalcoatlus'))).toBe(true);
    expect(queries.some((query) => query.includes('Patient?_content=quillfether'))).toBe(true);
    const read = beyond.filter(({ action }) => action === 'read').map(({ body }) => JSON.stringify(body));
    expect(read.some((body) => body.includes('Composition/'))).toBe(true);
    const ofRead = beyond.flatMap(({ client_id }) => client_id ?? []);
    const ofFound = beyond
      .flatMap(({ body }) => (body as AuditEvent).entity ?? [])
      .filter(({ detail }) => JSON.stringify(detail ?? []).includes('"reach"'))
      .flatMap(({ what }) => what?.reference?.replace('Patient/', '') ?? []);
    expect([new Set(ofRead).size, new Set(ofFound).size]).toEqual([1, 1]);
    expect(ofFound[0]).toBe(ofRead[0]);
  } finally {
    await opened.close();
  }
});

test('E2: of what the server showed the profile holds nothing that can be read', async () => {
  // Browsers write history, form state and local storage some seconds behind.
  await supervisor.page.waitForTimeout(12_000);
  await killBrowser(profile('supervisor'));
  expect(searchFolder(profile('supervisor'), [family, text, 'quetzalcoatlus', passphrase])).toEqual([]);
});
