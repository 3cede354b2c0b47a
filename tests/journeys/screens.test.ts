import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testIds } from '../../apps/clinic/src/testIds.ts';
import { appOn, type App } from './support/app.ts';
import { killBrowser, openBrowser } from './support/browser.ts';
import { deviceDiskOf } from './support/deviceDisk.ts';
import { freePort } from './support/freePort.ts';
import { createScreenAudit, type Language, type ScreenAudit } from './support/screenAudit.ts';
import { startProduct, type PrintedTicket, type RunningProduct } from './support/server.ts';
import { patience, until } from './support/until.ts';

// Every screen and its states, on a phone and a desktop, light and dark, in English and Spanish. One device walks
// through the app once in each language; at every stop the screen is looked at in the four ways.

const folder = mkdtempSync(join(tmpdir(), 'fieldchart-screens-'));
const profile = join(folder, 'profile');
const brokenProfile = (language: Language) => join(folder, `profile-broken-${language}`);
const passphrase = 'copper lantern wades through barley 83';
const words = {
  data: 'Reports steady sleep; walked to the river with a friend on two days.',
  assessment: 'Grounding is taking hold. No thoughts of self-harm voiced.',
  plan: 'Meet again next Thursday and bring the journal.',
};

let server: RunningProduct;
let ticket: PrintedTicket;
let device: BrowserContext;
let app: App;

beforeAll(async () => {
  server = await startProduct({ folder: join(folder, 'data'), port: await freePort() });
  const [first] = server.tickets;
  if (first === undefined) throw new Error('npm start printed no ticket');
  ticket = first;
  device = await openBrowser(profile);
  app = appOn(device.pages()[0] ?? (await device.newPage()));
}, 300_000);

afterAll(async () => {
  await server?.stop();
  await killBrowser(profile);
  for (const language of ['en', 'es'] as const) await killBrowser(brokenProfile(language));
  rmSync(folder, { recursive: true, force: true });
});

for (const language of ['es', 'en'] as const) {
  test(`setting up, in ${language}: accessible, roomy, and in its language`, async () => {
    const audit = createScreenAudit(language);
    await app.open(server.url);
    await app.shows(testIds.phase.welcome);
    if (language === 'es') await app.at(testIds.enrol.language('es')).click();
    await audit.look(app.page, 'welcome');
    await lookAtTicket(audit);
    await lookAtNewSecret(audit);
    if (language === 'en') await lookAtWork(audit);
    expect(audit.problems).toEqual([]);
  });
}

async function lookAtTicket(audit: ScreenAudit) {
  const { page } = app;
  await page.getByTestId(testIds.enrol.ticketFile).setInputFiles(ticket.file);
  const last = ticket.activationCode.at(-1);
  await app
    .at(testIds.enrol.activationCode)
    .fill(ticket.activationCode.slice(0, -1) + (last === '0' ? '1' : '0'));
  await app.at(testIds.enrol.open).click();
  await app.shows(testIds.enrol.problem);
  await audit.look(page, 'ticket-problem');
  await app.at(testIds.enrol.activationCode).fill(ticket.activationCode);
  await app.at(testIds.enrol.open).click();
  await app.reads(testIds.enrol.practitioner, ticket.practitioner);
  await audit.look(page, 'confirm');
  await app.at(testIds.enrol.confirm).click();
}

async function lookAtNewSecret(audit: ScreenAudit) {
  await app.at(testIds.enrol.secret).fill('password1');
  await app.shows(testIds.enrol.verdict);
  await audit.look(app.page, 'secret-weak');
  await app.at(testIds.enrol.secret).fill(passphrase);
  await app.at(testIds.enrol.secretAgain).fill('copper lantern wades through barley 84');
  await app.shows(testIds.enrol.verdict);
  await audit.look(app.page, 'secret-differs');
}

async function lookAtWork(audit: ScreenAudit) {
  await app.at(testIds.enrol.secretAgain).fill(passphrase);
  await until('the secret is accepted', () => app.at(testIds.enrol.finish).isEnabled());
  await app.at(testIds.enrol.finish).click();
  await app.shows(testIds.enrol.progress);
  await audit.look(app.page, 'working', { once: true });
  await app.shows(testIds.caseload.list);
}

for (const language of ['en', 'es'] as const) {
  test(`a day of work, in ${language}: accessible, roomy, and in its language`, async () => {
    const audit = createScreenAudit(language);
    await app.at(testIds.nav.settings).click();
    await app.at(testIds.settings.language(language)).click();
    await audit.look(app.page, 'settings');
    await app.at(testIds.nav.clients).click();
    await lookAtCaseload(audit);
    await device.setOffline(true);
    await lookAtRegistration(audit, language);
    await lookAtVisit(audit);
    await lookAtNote(audit);
    await lookAtConsent(audit);
    await lookAtSync(audit);
    await lookAtRefusal(audit, language);
    expect(audit.problems).toEqual([]);
  });
}

/** The rows' test ids as they stood before anybody was opened: whoever is, moves up from then on. */
let known: readonly string[] = [];

async function knownClient(place: number) {
  if (known.length === 0) {
    const rows = await app.clientRows().all();
    known = await Promise.all(rows.map(async (row) => (await row.getAttribute('data-testid')) ?? ''));
  }
  return app.at(known[place] ?? '');
}

async function lookAtCaseload(audit: ScreenAudit) {
  const { page } = app;
  await expect.poll(async () => await app.clientRows().count(), patience).toBeGreaterThan(3);
  await audit.look(page, 'caseload');
  await (await knownClient(1)).click();
  await app.shows(testIds.chart.name);
  await page.locator('[data-testid^="note-"]').first().waitFor();
  await audit.look(page, 'chart');
  await page.locator('[data-testid^="note-"]').filter({ visible: true }).first().click();
  await app.shows(testIds.note.text);
  await audit.look(page, 'note-of-the-server');
  await app.at(testIds.nav.clients).click();
  await app.at(testIds.caseload.filter('waiting')).click();
  await expect.poll(async () => await app.clientRows().count(), patience).toBe(0);
  await audit.look(page, 'caseload-empty');
  await app.at(testIds.caseload.filter('all')).click();
  await app.at(testIds.caseload.sortMenu).click();
  await audit.look(page, 'caseload-sort', { again: () => app.at(testIds.caseload.sortMenu).click() });
}

async function lookAtRegistration(audit: ScreenAudit, language: Language) {
  await app.at(testIds.nav.clients).click();
  await app.at(testIds.caseload.newClient).click();
  const field = (name: string) => app.at(testIds.register.field(name));
  await field('given').fill('Zephyrine');
  await field('birthDate').fill('2999-01-31');
  await field('phone').fill('call me');
  await app.at(testIds.register.save).click();
  await app.page.getByRole('alert').first().waitFor();
  await audit.look(app.page, 'register-errors');
  await field('family').fill('Quillfeather-Ombasi');
  await field('birthDate').fill('1988-04-17');
  await field('phone').fill('(802) 555-0134');
  await field('gender-female').click();
  await field(`language-${language}`).click();
  await field('line').fill('18 Mill Pond Road');
  await field('city').fill('Tonopah');
  await app.at(testIds.register.save).click();
  await app.reads(testIds.chart.name, 'Quillfeather');
  await audit.look(app.page, 'chart-new');
}

async function lookAtVisit(audit: ScreenAudit) {
  await app.at(testIds.chart.startVisit).click();
  await app.shows(testIds.visit.begin);
  await audit.look(app.page, 'start-visit');
  await app.at(testIds.visit.begin).click();
  await app.shows(testIds.visit.writeNote);
  await audit.look(app.page, 'visit');
}

async function lookAtNote(audit: ScreenAudit) {
  const { page } = app;
  await app.at(testIds.visit.writeNote).click();
  await app.at(testIds.note.section('data')).fill(words.data);
  await app.at(testIds.note.section('51848-0')).fill(words.assessment);
  await app.at(testIds.note.section('18776-5')).fill(words.plan);
  await audit.look(page, 'note-editor');
  await app.at(testIds.note.toSign).click();
  await app.at(testIds.sign.secret).fill('not the passphrase at all');
  await app.at(testIds.sign.submit).click();
  await app.shows(testIds.sign.problem);
  await audit.look(page, 'sign-wrong');
  await app.at(testIds.sign.secret).fill(passphrase);
  await app.at(testIds.sign.submit).click();
  await app.shows(testIds.note.status);
  await audit.look(page, 'note-signed');
}

async function lookAtConsent(audit: ScreenAudit) {
  const { page } = app;
  await app.at(testIds.nav.back).click();
  await app.shows(testIds.chart.consent);
  await app.at(testIds.chart.consent).click();
  await app.shows(testIds.consent.pad);
  await audit.look(page, 'consent');
  await app.drawSignature();
  await audit.look(page, 'consent-drawn');
  await app.at(testIds.consent.secret).fill(passphrase);
  await app.at(testIds.consent.submit).click();
  await app.shows(testIds.consent.openPdf);
  await audit.look(page, 'consent-signed');
  await app.at(testIds.nav.back).click();
  await app.shows(testIds.chart.name);
  await audit.look(page, 'chart-waiting');
}

async function lookAtSync(audit: ScreenAudit) {
  await app.at(testIds.nav.sync).click();
  await app.shows(testIds.sync.waiting);
  await audit.look(app.page, 'sync-waiting');
  await device.setOffline(false);
  const waiting = app.at(testIds.sync.waiting).locator('[data-testid^="outbox-"]');
  await expect.poll(async () => await waiting.count(), { timeout: 90_000 }).toBe(0);
  await audit.look(app.page, 'sync-receipts');
}

/** A visit whose location holds what no FHIR text may hold, as pasted text may: the server refuses it. */
async function lookAtRefusal(audit: ScreenAudit, language: Language) {
  const { page } = app;
  await app.at(testIds.nav.clients).click();
  const client = await knownClient(language === 'en' ? 2 : 3);
  await client.click();
  await app.at(testIds.chart.startVisit).click();
  await app.at(testIds.visit.location).fill('Kitchen\u000Btable');
  await app.at(testIds.visit.begin).click();
  const toSettle = page.locator('[data-testid^="attention-to-"]').filter({ visible: true }).first();
  // It goes up at once. What comes back moves the page: a click in that instant would meet nothing.
  await toSettle.waitFor(patience);
  await app.at(testIds.visit.writeNote).click();
  await app.at(testIds.note.section('data')).fill(words.data);
  await app.at(testIds.nav.sync).click();
  await app.at(testIds.sync.now).click();
  const refused = app.at(testIds.sync.failed).locator('[data-testid^="outbox-"]');
  await refused.first().waitFor(patience);
  await app.at(testIds.sync.held).locator('[data-testid^="why-"]').first().waitFor(patience);
  await audit.look(page, 'sync-needs-you');
  await app.at(testIds.nav.clients).click();
  await audit.look(page, 'caseload-needs-you');
  await client.click();
  await toSettle.click();
  const field = app.at(testIds.attention.field('location'));
  await field.fill('Kitchen table, by the window');
  await audit.look(page, 'attention-mend');
  await app.at(testIds.attention.export).click();
  await app.shows(testIds.attention.exportSave);
  await app.at(testIds.attention.exportSave).scrollIntoViewIfNeeded();
  await audit.look(page, 'attention-export', { again: exportInSight });
  await app.at(testIds.attention.mend).click();
  await app.shows(testIds.sync.now);
  await expect.poll(async () => await app.at(testIds.sync.failed).count(), patience).toBe(0);
}

async function exportInSight() {
  await app.at(testIds.attention.exportSave).scrollIntoViewIfNeeded();
}

for (const language of ['es', 'en'] as const) {
  test(`locked, and open elsewhere, in ${language}: accessible, roomy, and in its language`, async () => {
    const audit = createScreenAudit(language);
    await app.at(testIds.nav.settings).click();
    await app.at(testIds.settings.language(language)).click();
    await app.at(testIds.nav.lock).click();
    await app.shows(testIds.unlock.secret);
    await audit.look(app.page, 'locked');
    await app.unlock('not the passphrase at all');
    await app.shows(testIds.unlock.problem);
    await audit.look(app.page, 'unlock-wrong');
    await lookAtRescue(audit);
    await app.unlock(passphrase);
    await app.shows(testIds.phase.unlocked);
    await lookAtAccount(audit);

    const other = appOn(await device.newPage());
    await other.page.addInitScript((spoken) => {
      Object.defineProperty(navigator, 'languages', { value: [spoken] });
    }, language);
    await other.open(server.url);
    await other.shows(testIds.phase.elsewhere);
    await audit.look(other.page, 'elsewhere');
    await other.page.close();
    expect(audit.problems).toEqual([]);
  });
}

for (const language of ['es', 'en'] as const) {
  test(`a damaged record, in ${language}: accessible, roomy, and in its language`, async () => {
    const audit = createScreenAudit(language);
    const disk = deviceDiskOf(app.page);
    const userId = (await disk.keyParts())[0]?.[0] ?? '';
    await app.at(testIds.nav.settings).click();
    await app.at(testIds.settings.language(language)).click();
    await app.at(testIds.nav.lock).click();
    await app.shows(testIds.unlock.secret);
    const damage = async () => await disk.damageDatabase(`user-${userId}`, { from: 3, length: 1 });
    expect(await damage()).toBeGreaterThan(0);
    await app.unlock(passphrase);
    await app.shows(testIds.salvage.start);
    await audit.look(app.page, 'damaged');
    await app.at(testIds.salvage.start).click();
    await app.shows(testIds.salvage.report);
    await audit.look(app.page, 'salvaged');
    await damage();
    await app.unlock(passphrase);
    await app.shows(testIds.phase.unlocked);
    expect(audit.problems).toEqual([]);
  });
}

for (const language of ['es', 'en'] as const) {
  test(`storage that does not answer, in ${language}: accessible, roomy, and in the device's language`, async () => {
    const audit = createScreenAudit(language);
    const browser = await openBrowser(brokenProfile(language), { locale: language });
    const broken = appOn(browser.pages()[0] ?? (await browser.newPage()));
    await broken.page.addInitScript(() => {
      indexedDB.open = () => {
        throw new DOMException('The storage is gone', 'UnknownError');
      };
    });
    await broken.open(server.url);
    await broken.page.waitForTimeout(4000);
    await broken.shows(testIds.phase.failed);
    await audit.look(broken.page, 'failed');
    await browser.close();
    expect(audit.problems).toEqual([]);
  });
}

async function lookAtRescue(audit: ScreenAudit): Promise<void> {
  await app.at(testIds.unlock.forgotten).click();
  await app.shows(testIds.phase.rescue);
  await audit.look(app.page, 'rescue-secret');
  await app.at(testIds.enrol.secret).fill(`${passphrase} again`);
  await app.at(testIds.enrol.secretAgain).fill(`${passphrase} again`);
  await until('the secret is accepted', () => app.at(testIds.enrol.finish).isEnabled());
  await app.at(testIds.enrol.finish).click();
  await app.shows(testIds.rescue.code);
  await app.at(testIds.rescue.showQr).click();
  await app.shows(testIds.rescue.qr);
  await app.at(testIds.rescue.answer).fill('FIELDCHART-ANSWER1.cut.short');
  await app.at(testIds.rescue.secret).fill(`${passphrase} again`);
  await app.at(testIds.rescue.open).click();
  await app.shows(testIds.rescue.problem);
  await audit.look(app.page, 'rescue-answer');
  await app.at(testIds.rescue.back).click();
  await app.shows(testIds.unlock.secret);
  await audit.look(app.page, 'locked-rescue-waits');
  await app.at(testIds.unlock.forgotten).click();
  await app.at(testIds.rescue.cancel).click();
  await app.shows(testIds.unlock.secret);
}

async function lookAtAccount(audit: ScreenAudit): Promise<void> {
  await app.at(testIds.nav.settings).click();
  await app.at(testIds.account.change).click();
  await app.shows(testIds.account.current);
  await audit.look(app.page, 'account-change');
  await app.at(testIds.account.leave).click();
  await app.shows(testIds.account.leaveSecret);
  await app.at(testIds.account.leaveSecret).fill('not the passphrase');
  await app.at(testIds.account.leaveNow).click();
  await app.shows(testIds.account.problem);
  await audit.look(app.page, 'account-leave');
}
