import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testIds } from '../../apps/clinic/src/testIds.ts';
import { appOn, type App } from './support/app.ts';
import { killBrowser, openBrowser } from './support/browser.ts';
import { freePort } from './support/freePort.ts';
import { searchFolder } from './support/profileSearch.ts';
import { issueTicket, startProduct, type RunningProduct } from './support/server.ts';
import { serverHistory } from './support/serverHistory.ts';
import { randomTyping, seedOf } from './support/typing.ts';
import { patience } from './support/until.ts';

// A clinician's first day without signal, from the installed app to the receipts. The steps build on each other
// and run in order, on one device unless a step says otherwise.

const folder = mkdtempSync(join(tmpdir(), 'fieldchart-day-'));
const profileOf = (name: string) => join(folder, `profile-${name}`);
const place = { folder: join(folder, 'data'), port: 0 };
const passphrase = 'copper lantern wades through barley 83';
const client = { given: 'Zephyrine', family: 'Quillfeather-Ombasi', city: 'Tonopah' };
const noteText = {
  data: 'Zephyrine described the heron on the fence and slept six hours unbroken.',
  assessment: 'Grounding exercises are taking hold; no thoughts of self-harm voiced.',
  plan: 'Meet again next Thursday; bring the cobalt journal.',
};

let server: RunningProduct;
let tickets: RunningProduct['tickets'];
let device: BrowserContext;
let app: App;
let typedNote = '';
let demoClient = '';

beforeAll(async () => {
  place.port = await freePort();
  server = await startProduct(place);
  tickets = server.tickets;
}, 300_000);

afterAll(async () => {
  await server?.stop();
  for (const name of ['one', 'two', 'other']) await killBrowser(profileOf(name));
  rmSync(folder, { recursive: true, force: true });
});

async function openApp(profile: string): Promise<App> {
  const browser = await openBrowser(profileOf(profile));
  if (profile === 'one') device = browser;
  return appOn(browser.pages()[0] ?? (await browser.newPage()));
}

test('1: opened once with the network on, the app starts without it ever after', async () => {
  app = await openApp('one');
  await app.open(server.url);
  await app.shows(testIds.phase.welcome);
  await app.installed();
  await server.stop();
  await device.setOffline(true);
  await app.open(server.url);
  await app.shows(testIds.phase.welcome);
});

test('2: ticket and code are checked on the device, and the starter caseload opens, with no network', async () => {
  const [ticket] = tickets;
  if (ticket === undefined) throw new Error('npm start printed no ticket');
  await app.enrol(ticket, passphrase);
  await expect.poll(async () => await app.clientRows().count(), patience).toBeGreaterThan(3);
});

test('3: the caseload is searched, filtered and sorted; a chart shows visits and notes', async () => {
  const names = await app.clientRows().allInnerTexts();
  const [, first = ''] = names[0]?.split('\n') ?? [];
  demoClient = first;
  await app.search(first.split(' ')[0]?.toUpperCase() ?? '');
  await expect.poll(async () => await app.clientRows().count(), patience).toBeLessThan(names.length);
  await expect.poll(async () => (await app.clientRows().allInnerTexts()).join(), patience).toContain(first);
  await app.search('no such name at all');
  await expect.poll(async () => await app.clientRows().count(), patience).toBe(0);
  await app.search('');
  await app.at(testIds.caseload.filter('unsigned')).click();
  await expect.poll(async () => await app.clientRows().count(), patience).toBeLessThan(names.length);
  await app.at(testIds.caseload.filter('all')).click();
  await expect.poll(async () => await app.clientRows().count(), patience).toBe(names.length);
  await app.at(testIds.caseload.sortMenu).click();
  await app.at(testIds.caseload.sort('last-visit')).click();
  await expect.poll(async () => await app.clientRows().allInnerTexts(), patience).not.toEqual(names);
  await app.clientRows().first().click();
  await app.shows(testIds.chart.name);
  await app.page.locator('[data-testid^="note-"]').first().waitFor();
});

test('4: D1, D4: killed ten times while typing, the app comes back to the same note, cursor and every saved character', async () => {
  await app.at(testIds.chart.startVisit).click();
  await app.at(testIds.visit.place('HH')).click();
  await app.at(testIds.visit.location).fill('Kitchen table');
  await app.at(testIds.visit.begin).click();
  await app.at(testIds.visit.writeNote).click();
  await app.shows(testIds.note.section('data'));

  const seed = seedOf();
  const typing = randomTyping(seed);
  for (let kill = 1; kill <= 10; kill += 1) {
    const saved = await typeUntilKilled(typing.words(), typing.milliseconds());
    app = await openApp('one');
    await device.setOffline(true);
    await app.open(server.url);
    await app.unlock(passphrase);
    await app.shows(testIds.note.section('data'));
    const found = await editorState();
    const context = `kill ${kill} of SEED=${seed}`;
    expect(found.text.slice(0, saved.length), context).toBe(saved);
    expect(typedNote.slice(0, found.text.length), context).toBe(found.text);
    await expect
      .poll(async () => (await editorState()).caret, { ...patience, message: context })
      .toBe(found.text.length);
    typedNote = found.text;
  }
});

/** Types at speed and kills the browser after so many milliseconds; the longest text that was shown as saved. */
async function typeUntilKilled(words: string, afterMilliseconds: number): Promise<string> {
  const before = await editorState();
  let saved = before.text;
  typedNote = before.text + words;
  const typed = app.page.keyboard.type(words, { delay: 4 }).catch(() => {});
  const watching = (async () => {
    for (;;) {
      const seen = await editorState();
      if (seen.state === 'saved' && seen.text.length > saved.length) saved = seen.text;
    }
  })().catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, afterMilliseconds));
  await killBrowser(profileOf('one'));
  await Promise.all([typed, watching]);
  return saved;
}

async function editorState(): Promise<{ text: string; caret: number | null; state: string }> {
  const [section, saveState] = [testIds.note.section('data'), testIds.note.saveState];
  return await app.page.evaluate(
    ([sectionId, saveStateId]) => {
      const field = document.querySelector<HTMLTextAreaElement>(`[data-testid="${sectionId}"]`);
      const badge = document.querySelector<HTMLElement>(`[data-testid="${saveStateId}"]`);
      return {
        text: field?.value ?? '',
        caret: document.activeElement === field ? (field?.selectionStart ?? null) : null,
        state: badge?.dataset['state'] ?? '',
      };
    },
    [section, saveState],
  );
}

test('5: the note is signed and fixed; a new client is registered, seen, written about and consents', async () => {
  await app.at(testIds.note.toSign).click();
  await app.at(testIds.sign.secret).fill('not the passphrase at all');
  await app.at(testIds.sign.submit).click();
  await app.shows(testIds.sign.problem);
  await sign(passphrase);
  expect(await app.at(testIds.note.text).first().innerText()).toContain(typedNote.trim().slice(0, 40));

  await app.at(testIds.nav.clients).click();
  await app.at(testIds.caseload.newClient).click();
  const field = (name: string) => app.at(testIds.register.field(name));
  await field('given').fill(client.given);
  await field('family').fill(client.family);
  await field('birthDate').fill('1988-04-17');
  await field('gender-female').click();
  await field('city').fill(client.city);
  await app.at(testIds.register.save).click();
  await app.reads(testIds.chart.name, client.family);

  await app.at(testIds.chart.startVisit).click();
  await app.at(testIds.visit.place('HH')).click();
  await app.at(testIds.visit.begin).click();
  await app.at(testIds.visit.writeNote).click();
  await app.at(testIds.note.section('data')).fill(noteText.data);
  await app.at(testIds.note.section('51848-0')).fill(noteText.assessment);
  await app.at(testIds.note.section('18776-5')).fill(noteText.plan);
  await app.at(testIds.note.toSign).click();
  await sign(passphrase);

  await app.search(client.family);
  await app.clientRows().first().click();
  await app.at(testIds.chart.consent).click();
  await app.at(testIds.consent.language('es')).click();
  await app.at(testIds.consent.signerName).fill(`${client.given} ${client.family}`);
  await app.drawSignature();
  await app.at(testIds.consent.secret).fill(passphrase);
  await app.at(testIds.consent.submit).click();
  await app.shows(testIds.consent.openPdf);
});

async function sign(secret: string) {
  await app.at(testIds.sign.secret).fill(secret);
  await app.at(testIds.sign.submit).click();
  await app.reads(testIds.note.status, /signed/iu);
}

test('6: O3, O6, O7: when the network returns everything arrives by itself, in causal order, and shows its receipt', async () => {
  await app.at(testIds.nav.sync).click();
  await app.shows(testIds.sync.waiting);
  expect(await outboxRows(testIds.sync.waiting)).toBeGreaterThanOrEqual(6);
  server = await startProduct(place);
  await device.setOffline(false);
  await expect.poll(async () => await outboxRows(testIds.sync.waiting), { timeout: 90_000 }).toBe(0);
  expect(await app.at(testIds.sync.failed).count()).toBe(0);
  expect(await outboxRows(testIds.sync.sent)).toBeGreaterThanOrEqual(6);

  await app.search(client.family);
  await app.clientRows().first().click();
  await app.shows(testIds.chart.name);
  const deliveries = await app.at(testIds.delivery).allInnerTexts();
  expect(deliveries.length).toBeGreaterThanOrEqual(3);
  for (const words of deliveries) expect(words).toMatch(/received/iu);
});

async function outboxRows(part: string): Promise<number> {
  return await app.at(part).locator('[data-testid^="outbox-"]').count();
}

test('7: a second device of the same clinician sees it all; one of another clinician sees none of it', async () => {
  const [mine, others] = tickets;
  if (mine === undefined || others === undefined) throw new Error('npm start printed too few tickets');
  const second = await openApp('two');
  await second.open(server.url);
  await second.enrol(await issueTicket(place.folder, mine.practitioner), passphrase);
  await second.search(client.family);
  await expect.poll(async () => await second.clientRows().count(), patience).toBe(1);
  await second.clientRows().first().click();
  await second.page.locator('[data-testid^="consent-"]').first().waitFor();
  await second.page.locator('[data-testid^="note-"]').first().click();
  await second.reads(testIds.note.status, /signed/iu);
  expect(await second.at(testIds.note.text).first().innerText()).toContain(noteText.plan);

  const stranger = await openApp('other');
  await stranger.open(server.url);
  await stranger.enrol(others, passphrase);
  await stranger.at(testIds.nav.sync).click();
  await stranger.at(testIds.sync.now).click();
  await stranger.search(client.family);
  await expect.poll(async () => await stranger.clientRows().count(), patience).toBe(0);
});

test('8: E1, E2, E4: a wrong passphrase opens nothing, and the profile on disk holds no text, name or key', async () => {
  await app.at(testIds.nav.settings).click();
  await app.at(testIds.nav.lock).click();
  await app.unlock('not the passphrase at all');
  await app.shows(testIds.unlock.problem);
  await app.shows(testIds.phase.locked);
  expect(await app.page.title()).toBe('Fieldchart');
  // Browsers write history, form state and local storage some seconds behind.
  await app.page.waitForTimeout(12_000);
  for (const name of ['one', 'two', 'other']) await killBrowser(profileOf(name));
  const secrets = [
    passphrase,
    client.given,
    client.family,
    client.city,
    ...Object.values(noteText).map((text) => text.slice(8, 40)),
    typedNote.trim().slice(0, 24),
    'Kitchen table',
    demoClient,
    ...tickets.map((ticket) => ticket.practitioner),
    ...tickets.map((ticket) => ticket.activationCode),
    ...tickets.map((ticket) => ticket.activationCode.replaceAll('-', '').slice(0, 16)),
  ];
  expect(searchFolder(profileOf('one'), secrets)).toEqual([]);
});

test('6, on the server: O3, O6: nothing stands before what it refers to; a signature stands with what it signs', async () => {
  await server.stop();
  const history = await serverHistory(place.folder);
  const ours = history.filter((version) => version.mutationId !== null);
  expect(ours.length).toBeGreaterThanOrEqual(8);
  const seen = new Set(
    history.filter((version) => version.mutationId === null).map((version) => version.key),
  );
  for (const group of Map.groupBy(ours, (version) => version.bundle).values()) {
    for (const version of group) seen.add(version.key);
    for (const version of group) {
      expect(version.references.filter((reference) => !seen.has(reference))).toEqual([]);
    }
    const signed = group.filter((version) => version.isSigned).map((version) => version.key);
    const targets = group
      .filter((version) => version.key.startsWith('Provenance/'))
      .flatMap((one) => one.references);
    expect(signed.filter((key) => !targets.includes(key))).toEqual([]);
  }
});
