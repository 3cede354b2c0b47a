import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import en from '../../apps/clinic/src/i18n/en.json' with { type: 'json' };
import es from '../../apps/clinic/src/i18n/es.json' with { type: 'json' };
import { testIds } from '../../apps/clinic/src/testIds.ts';
import { appOn, type App } from './support/app.ts';
import { killBrowser, openBrowser, phone } from './support/browser.ts';
import { freePort } from './support/freePort.ts';
import { searchFolder } from './support/profileSearch.ts';
import { createScreenAudit } from './support/screenAudit.ts';
import { issueTicket, startProduct, type RunningProduct } from './support/server.ts';
import { patience, until } from './support/until.ts';

// What the server refuses and what two devices write against each other is settled by the clinician, with the real
// server. Two devices of one clinician, one in English and one in Spanish; the steps build on each other and run in
// order. The screens of a conflict are looked at on the way.

type Name = 'one' | 'two';

const folder = mkdtempSync(join(tmpdir(), 'fieldchart-attention-'));
const data = join(folder, 'data');
const profileOf = (name: Name) => join(folder, `profile-${name}`);
const passphrase = 'copper lantern wades through barley 83';
const audits = { one: createScreenAudit('en'), two: createScreenAudit('es') };
const section = testIds.note.section('data');
/** Pasted text may bring a character that nobody sees and no FHIR text may hold. */
const pasted = 'Kitchen\u000Btable';

let server: RunningProduct;
let one: App;
let two: App;
let note = '';

beforeAll(async () => {
  server = await startProduct({ folder: data, port: await freePort() });
  const [ticket] = server.tickets;
  if (ticket === undefined) throw new Error('npm start printed no ticket');
  one = await openApp('one');
  await one.enrol(ticket, passphrase);
  two = await openApp('two');
  await two.enrol(await issueTicket(data, ticket.practitioner), passphrase);
  await two.at(testIds.nav.settings).click();
  await two.at(testIds.settings.language('es')).click();
}, 300_000);

afterAll(async () => {
  await server?.stop();
  for (const name of ['one', 'two'] as const) await killBrowser(profileOf(name));
  rmSync(folder, { recursive: true, force: true });
});

async function openApp(name: Name): Promise<App> {
  const browser = await openBrowser(profileOf(name), { viewport: phone });
  const app = appOn(browser.pages()[0] ?? (await browser.newPage()));
  await app.open(server.url);
  return app;
}

const offline = (app: App, is: boolean) => app.page.context().setOffline(is);
const valueOf = async (app: App, id: string) => await app.at(id).inputValue();
const rowsOf = (app: App, part: string) => app.at(part).locator('[data-testid^="outbox-"]');

/** Everything that waited has arrived, or needs a person. */
async function synced(app: App): Promise<void> {
  await app.at(testIds.nav.sync).click();
  await app.at(testIds.sync.now).click();
  await app.shows(testIds.sync.waiting);
  await until('nothing waits', async () => (await rowsOf(app, testIds.sync.waiting).count()) === 0);
}

async function openNote(app: App): Promise<void> {
  const [, , clientId = '', , noteId = ''] = note.split('/');
  await app.at(testIds.nav.clients).click();
  await app.at(testIds.caseload.row(clientId)).click();
  await app.at(testIds.chart.note(noteId)).click();
}

async function kill(name: Name): Promise<App> {
  await killBrowser(profileOf(name));
  const app = await openApp(name);
  await app.unlock(passphrase);
  return app;
}

async function saved(app: App): Promise<void> {
  await until('what was typed is on the disk', async () => {
    return (await app.at(testIds.note.saveState).first().getAttribute('data-state')) === 'saved';
  });
}

test('C1: one section, edited on two devices without signal: both texts are kept and shown', async () => {
  await one.clientRows().first().click();
  await one.at(testIds.chart.startVisit).click();
  await one.at(testIds.visit.begin).click();
  await one.at(testIds.visit.writeNote).click();
  await one.at(section).fill('Slept six hours and walked to the river.');
  await saved(one);
  note = new URL(one.page.url()).pathname;
  await synced(one);
  await synced(two);
  await openNote(two);
  await two.shows(section);
  await until('the draft has arrived', async () => (await valueOf(two, section)).includes('river'));
  await openNote(one);
  await one.shows(section);

  for (const app of [one, two]) await offline(app, true);
  await one.at(section).fill('Slept eight hours and walked to the river.');
  await two.at(section).fill('Slept four hours and walked to the river.');
  for (const app of [one, two]) await saved(app);
  await offline(one, false);
  await synced(one);
  await offline(two, false);
  await synced(two);
  await until('the conflict is listed', async () => (await rowsOf(two, testIds.sync.failed).count()) === 1);
  expect(await rowsOf(two, testIds.sync.failed).innerText()).toContain(es.explain.conflict);

  await openNote(two);
  await two.page.getByText(es.attention.notice.conflict).waitFor();
  await audits.two.look(two.page, 'note-in-conflict');
  await two.page.locator('[data-testid^="attention-to-"]').first().click();
  const shown = two.at(testIds.attention.conflict('data'));
  await shown.waitFor();
  expect(await shown.locator('[role="mark"]').allInnerTexts()).toEqual(['four', 'eight']);
});

test('D4, C1: killed in the middle of deciding, the choice and every saved word are there; decided, both agree', async () => {
  await two.at(testIds.attention.pick('data', 'both')).click();
  const result = testIds.note.section('data/both');
  expect(await valueOf(two, result)).toBe(
    'Slept four hours and walked to the river.\n\nSlept eight hours and walked to the river.',
  );
  await audits.two.look(two.page, 'attention-decide');
  await two.at(result).fill('Slept eight hours, four of them');
  await two.at(result).press('End');
  await two.page.keyboard.type(' unbroken.', { delay: 20 });
  await saved(two);
  const place = new URL(two.page.url()).pathname;
  expect(place).toMatch(/^\/sync\/[0-9a-f-]{36}$/u);
  two = await kill('two');
  await two.shows(result);
  expect(new URL(two.page.url()).pathname).toBe(place);
  expect(await valueOf(two, result)).toBe('Slept eight hours, four of them unbroken.');

  await two.at(testIds.attention.decide).click();
  await two.shows(section);
  expect(await valueOf(two, section)).toBe('Slept eight hours, four of them unbroken.');
  await synced(two);
  expect(await two.at(testIds.sync.failed).count()).toBe(0);
  await synced(one);
  await openNote(one);
  await until('the first device agrees', async () => (await valueOf(one, section)).includes('unbroken'));
});

test('O5: a visit that the server cannot accept needs the clinician; its note waits for it by name', async () => {
  await one.at(testIds.nav.clients).click();
  await one.clientRows().nth(1).click();
  await one.at(testIds.chart.startVisit).click();
  await one.at(testIds.visit.location).fill(pasted);
  await one.at(testIds.visit.begin).click();
  // It goes up at once. What comes back moves the page: a click in that instant would meet nothing.
  await one.page
    .locator('[data-testid^="attention-to-"]')
    .filter({ visible: true })
    .first()
    .waitFor(patience);
  await one.at(testIds.visit.writeNote).click();
  await one.at(section).fill('Seen at the table.');
  await saved(one);
  await synced(one);
  await until('the visit was refused', async () => (await rowsOf(one, testIds.sync.failed).count()) === 1);
  const refused = await rowsOf(one, testIds.sync.failed).innerText();
  expect(refused).toContain(en.resource.encounter);
  expect(refused).toContain(en.problem.invalid);
  // The row comes first; why it waits is asked for once it is on the screen.
  await expect
    .poll(async () => await rowsOf(one, testIds.sync.held).innerText(), patience)
    .toMatch(/Waits until you have settled: visit of /u);
  await rowsOf(one, testIds.sync.failed).click();
  await one.reads(testIds.attention.holds, '1 other change');
  await one.reads(testIds.attention.refused, 'not a FHIR string');
});

test('O4, O5: sent again unchanged it is refused again, and nothing is lost', async () => {
  await one.at(testIds.attention.resend).click();
  await one.shows(testIds.sync.now);
  await synced(one);
  await until('it was refused again', async () => (await rowsOf(one, testIds.sync.failed).count()) === 1);
  await rowsOf(one, testIds.sync.failed).click();
});

test('it is exported as one file: said to be unencrypted first, a reading on top, all of it below', async () => {
  await one.at(testIds.attention.export).click();
  await one.page.getByText(en.attention.export.warning).waitFor();
  const [download] = await Promise.all([
    one.page.waitForEvent('download'),
    one.at(testIds.attention.exportSave).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^fieldchart-refused-\d{4}-\d\d-\d\d\.txt$/u);
  const text = readFileSync(await download.path(), 'utf8');
  expect(text.indexOf(en.attention.export.warning)).toBeLessThan(200);
  expect(text).toContain('not a FHIR string');
  const [, machine = ''] = text.split(en.attention.export.file.machine);
  expect(JSON.parse(machine)).toMatchObject({
    entries: [{ state: 'parked', resource: { location: [{ location: { display: pasted } }] } }],
  });
  await one.shows(testIds.attention.exported);
});

test('D4, O5: killed in the middle of mending, what was typed is there; mended, it arrives with all that waited', async () => {
  const field = testIds.attention.field('location');
  await one.at(field).fill('Kitchen ');
  await one.at(field).press('End');
  await one.page.keyboard.type('table, by the window', { delay: 20 });
  await saved(one);
  one = await kill('one');
  await one.shows(field);
  expect(await valueOf(one, field)).toBe('Kitchen table, by the window');
  await one.at(testIds.attention.mend).click();
  await one.shows(testIds.sync.now);
  await synced(one);
  expect(await one.at(testIds.sync.failed).count()).toBe(0);
  expect(await one.at(testIds.sync.held).count()).toBe(0);
  await one.reads(testIds.sync.standing, en.sync.standing.sent);
});

test('C2, O6: a signature that met another text is taken back, decided, and signed anew', async () => {
  await openNote(one);
  await openNote(two);
  await offline(one, true);
  await two.at(section).fill('Slept nine hours.');
  await saved(two);
  await synced(two);
  await one.at(section).fill('Slept five hours.');
  await saved(one);
  await sign(one);
  await offline(one, false);
  await synced(one);
  await until('the signature needs a person', async () => {
    return (await rowsOf(one, testIds.sync.failed).count()) === 1;
  });
  await rowsOf(one, testIds.sync.failed).click();
  await one.reads(testIds.attention.refused, en.attention.signedConflict);
  await audits.one.look(one.page, 'attention-signed');
  await one.at(testIds.attention.return).click();
  await one.at(testIds.attention.returnConfirm).scrollIntoViewIfNeeded();
  await audits.one.look(one.page, 'attention-return');
  await one.at(testIds.attention.returnConfirm).click();
  await one.at(testIds.attention.pick('data', 'mine')).click();
  await audits.one.look(one.page, 'attention-decide');
  await one.at(testIds.attention.decide).click();
  await one.shows(section);
  expect(await valueOf(one, section)).toBe('Slept five hours.');
  await sign(one);
  await synced(one);
  expect(await one.at(testIds.sync.failed).count()).toBe(0);

  await synced(two);
  await openNote(two);
  await two.reads(testIds.note.status, es.note.status.signed);
  expect(await two.at(testIds.note.text).innerText()).toContain('Slept five hours.');
});

async function sign(app: App): Promise<void> {
  await app.at(testIds.note.toSign).click();
  await app.at(testIds.sign.secret).fill(passphrase);
  await app.at(testIds.sign.submit).click();
  await app.reads(testIds.note.status, en.note.status.signed);
}

test('the screens on the way are accessible, roomy, and in their language', () => {
  expect([...audits.one.problems, ...audits.two.problems]).toEqual([]);
});

test('the devices hold the same, and nothing is left to settle', async () => {
  for (const app of [one, two]) {
    await synced(app);
    await expect.poll(async () => await app.at(testIds.sync.failed).count(), patience).toBe(0);
  }
});

test('E2: of what was refused, decided, mended and exported, the profiles hold nothing that can be read', async () => {
  // Browsers write history, form state and local storage some seconds behind.
  await one.page.waitForTimeout(12_000);
  for (const name of ['one', 'two'] as const) await killBrowser(profileOf(name));
  const texts = ['walked to the river', 'four of them unbroken', 'Kitchen table, by', 'Slept nine hours'];
  for (const name of ['one', 'two'] as const)
    expect(searchFolder(profileOf(name), [...texts, 'Slept five hours', passphrase])).toEqual([]);
});
