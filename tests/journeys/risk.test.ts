import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testIds } from '../../apps/clinic/src/testIds.ts';
import { appOn, type App } from './support/app.ts';
import { killBrowser, openBrowser } from './support/browser.ts';
import { freePort } from './support/freePort.ts';
import { createScreenAudit, type Language, type ScreenAudit } from './support/screenAudit.ts';
import { startProduct, type RunningProduct } from './support/server.ts';
import { patience, until } from './support/until.ts';

// What to beware of with a client is in sight on each of their screens, with and without a network.

const folder = mkdtempSync(join(tmpdir(), 'fieldchart-risk-'));
const profile = join(folder, 'profile');
const passphrase = 'copper lantern wades through barley 83';

let server: RunningProduct;
let device: BrowserContext;
let app: App;

beforeAll(async () => {
  server = await startProduct({ folder: join(folder, 'data'), port: await freePort() });
  const [ticket] = server.tickets;
  if (ticket === undefined) throw new Error('npm start printed no ticket');
  device = await openBrowser(profile);
  app = appOn(device.pages()[0] ?? (await device.newPage()));
  await app.open(server.url);
  await app.enrol(ticket, passphrase);
  await device.setOffline(true);
}, 300_000);

afterAll(async () => {
  await server?.stop();
  await killBrowser(profile);
  rmSync(folder, { recursive: true, force: true });
});

/** Opens charts from the top of the list until one warns of something. */
async function openRiskyChart(): Promise<void> {
  await app.at(testIds.nav.clients).click();
  await expect.poll(async () => await app.clientRows().count(), patience).toBeGreaterThan(3);
  const ids = await app
    .clientRows()
    .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-testid')));
  for (const id of ids) {
    if (id === null) continue;
    await app.at(id).first().click();
    // Read at the same time as the risks: once it is there, they are.
    await app.shows(testIds.chart.nextVisit);
    if ((await app.at(testIds.risk).count()) > 0) return;
    await app.at(testIds.nav.back).click();
    await app.shows(testIds.caseload.list);
  }
  throw new Error('No client at the top of the list has a risk');
}

const heard = async () =>
  await app.page
    .locator('h1, [data-testid="risk-strip"], [role="main"]')
    .filter({ visible: true })
    .evaluateAll((elements) =>
      elements.map((element) => element.getAttribute('data-testid') ?? element.tagName.toLowerCase()),
    );

/** Looks at a screen of the client that shows this risk: once, after the name and before the content. */
async function lookAtRisk(audit: ScreenAudit, name: string, risk: string): Promise<void> {
  await until(`the risk is on ${name}`, async () => (await app.at(testIds.risk).count()) === 1);
  expect(await app.at(testIds.risk).innerText(), name).toBe(risk);
  const order = await heard();
  const at = order.indexOf(testIds.risk);
  const title = name === 'chart' ? testIds.chart.name : 'h1';
  expect(order.slice(at - 1, at + 1), name).toEqual([title, testIds.risk]);
  await audit.look(app.page, `risk-${name}`);
}

async function speak(language: Language): Promise<void> {
  await app.at(testIds.nav.settings).click();
  await app.at(testIds.settings.language(language)).click();
}

const labels = { en: /^Risk: \S/mu, es: /^Riesgo: \S/mu } as const;

test('the chart tells the risk, the program and the next visit, in both languages', async () => {
  // Before anything is signed: the title of a form stays in the language in which it was signed.
  for (const language of ['es', 'en'] as const) {
    const audit = createScreenAudit(language);
    await speak(language);
    await openRiskyChart();
    await app.shows(testIds.chart.program);
    const risk = await app.at(testIds.risk).innerText();
    expect(risk).toMatch(labels[language]);
    await lookAtRisk(audit, 'chart', risk);
    expect(audit.problems).toEqual([]);
  }
});

for (const language of ['en', 'es'] as const) {
  test(`the risk is on each screen of the client, in ${language}`, async () => {
    const audit = createScreenAudit(language);
    await speak(language);
    await openRiskyChart();
    const risk = await app.at(testIds.risk).innerText();
    const look = async (name: string) => await lookAtRisk(audit, name, risk);
    await app.at(testIds.chart.startVisit).click();
    await app.shows(testIds.visit.begin);
    await look('start-visit');
    await app.at(testIds.visit.begin).click();
    await app.shows(testIds.visit.writeNote);
    await look('visit');
    await app.at(testIds.visit.writeNote).click();
    await app.at(testIds.note.section('data')).fill('Slept well.');
    await look('note');
    await app.at(testIds.note.toSign).click();
    await app.shows(testIds.sign.secret);
    await look('signing');
    await app.at(testIds.sign.secret).fill(passphrase);
    await app.at(testIds.sign.submit).click();
    await app.shows(testIds.note.status);
    await look('note-signed');
    await app.at(testIds.nav.back).click();
    await app.shows(testIds.chart.consent);
    await app.at(testIds.chart.consent).click();
    await app.shows(testIds.consent.pad);
    // The client reads this one.
    expect(await app.at(testIds.risk).count()).toBe(0);
    await app.drawSignature();
    await app.at(testIds.consent.secret).fill(passphrase);
    await app.at(testIds.consent.submit).click();
    await app.shows(testIds.consent.openPdf);
    await look('consent-signed');
    // The next round begins a visit of its own.
    await app.at(testIds.nav.back).click();
    await app.at(testIds.chart.continueVisit).click();
    await app.at(testIds.visit.finish).click();
    await app.shows(testIds.chart.startVisit);
    expect(audit.problems).toEqual([]);
  });
}
