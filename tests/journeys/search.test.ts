import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import en from '../../apps/clinic/src/i18n/en.json' with { type: 'json' };
import { testIds } from '../../apps/clinic/src/testIds.ts';
import { appOn, type App } from './support/app.ts';
import { killBrowser, openBrowser } from './support/browser.ts';
import { freePort } from './support/freePort.ts';
import { createScreenAudit } from './support/screenAudit.ts';
import { startProduct, type RunningProduct } from './support/server.ts';
import { until } from './support/until.ts';

// Finding clients and notes with no network at all. The steps build on each other and run in order.

const folder = mkdtempSync(join(tmpdir(), 'fieldchart-search-'));
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
  await app.installed();
  await device.setOffline(true);
}, 300_000);

afterAll(async () => {
  await server?.stop();
  await killBrowser(profile);
  rmSync(folder, { recursive: true, force: true });
});

const foundNotes = () => app.page.locator('[data-testid^="found-"][href]').filter({ visible: true });
const countOf = async (id: string) => Number(/\d+/u.exec(await app.at(id).first().innerText())?.[0] ?? '0');

test('words are found in all their forms, marked in their sentence, newest first', async () => {
  await app.at(testIds.caseload.subject('notes')).click();
  await app.shows(testIds.found.list);
  await until('every note is searched', async () => (await countOf(testIds.found.count)) > 100);
  const all = await countOf(testIds.found.count);
  await app.at(testIds.caseload.search).fill('sleeping ');
  await until('fewer notes answer', async () => (await countOf(testIds.found.count)) < all);
  expect(await countOf(testIds.found.count)).toBeGreaterThan(0);
  const first = await foundNotes().first().innerText();
  expect(first.toLowerCase()).toMatch(/\bsle(ep|pt)/u);
  const audit = createScreenAudit('en');
  await audit.look(app.page, 'found-notes');
  expect(audit.problems).toEqual([]);
});

test('what nobody wrote says so, and how to go on', async () => {
  await app.at(testIds.caseload.search).fill('quetzalcoatlus');
  await until('nothing answers', async () => (await countOf(testIds.found.count)) === 0);
  const audit = createScreenAudit('en');
  await audit.look(app.page, 'found-none');
  expect(audit.problems).toEqual([]);
});

test('what is typed is found at once, before it has gone anywhere', async () => {
  await app.at(testIds.caseload.subject('clients')).click();
  await app.at(testIds.caseload.search).fill('');
  await app.clientRows().first().click();
  await app.toNote();
  await app.at(testIds.note.section('data')).fill('Dreamt of a quetzalcoatlus over the river.');
  await app.reads(testIds.note.saveState, en.save.saved);
  await app.search('quetzalcoatlus riv');
  await app.at(testIds.caseload.subject('notes')).click();
  await until('the note answers', async () => (await countOf(testIds.found.count)) === 1);
  await app.at(testIds.caseload.search).fill('"over the river" quetzal');
  await until('the note answers', async () => (await countOf(testIds.found.count)) === 1);
});

test('D4: after a kill the list comes back as it was: words, filter, answer', async () => {
  await app.at(testIds.found.filter('my-unsigned')).click();
  await until('the note answers', async () => (await countOf(testIds.found.count)) === 1);
  await app.page.waitForTimeout(500);
  await killBrowser(profile);
  device = await openBrowser(profile);
  await device.setOffline(true);
  app = appOn(device.pages()[0] ?? (await device.newPage()));
  await app.open(server.url);
  await app.unlock(passphrase);
  await app.shows(testIds.found.list);
  expect(await app.at(testIds.caseload.search).inputValue()).toBe('"over the river" quetzal');
  expect(await app.at(testIds.found.filter('my-unsigned')).getAttribute('aria-pressed')).toBe('true');
  await until('the note answers', async () => (await countOf(testIds.found.count)) === 1);
  await foundNotes().first().click();
  await app.shows(testIds.note.section('data'));
});

test('one client’s notes are searched from the chart, by words, status and time, with no network', async () => {
  await app.at(testIds.note.section('data')).waitFor();
  const [, path = ''] = /(\/clients\/[^/]+)\//u.exec(app.page.url()) ?? [];
  await app.at(testIds.nav.back).click();
  await app.page.waitForURL((address) => !address.pathname.includes('/notes/'));
  if (!app.page.url().endsWith(path)) await app.at(testIds.nav.back).click();
  await app.at(testIds.chart.searchNotes).click();
  await until('the client’s notes are listed', async () => (await countOf(testIds.found.count)) > 1);
  const all = await countOf(testIds.found.count);
  await app.at(testIds.chart.notesSearch).fill('quetzalcoatlus');
  await until('the note answers', async () => (await countOf(testIds.found.count)) === 1);
  await app.at(testIds.filters.open).click();
  await app.at(testIds.found.pick('status')).click();
  await app.at(testIds.found.choice('final')).click();
  await until('it is not signed', async () => (await countOf(testIds.found.count)) === 0);
  await app.at(testIds.chart.notesSearch).fill('');
  await until('the signed ones', async () => (await countOf(testIds.found.count)) > 0);
  const signed = await countOf(testIds.found.count);
  expect(signed).toBeLessThan(all);
  await app.at(testIds.found.pick('status')).click();
  await app.at(testIds.found.choice('preliminary')).click();
  await until('the draft', async () => (await countOf(testIds.found.count)) !== signed);
  expect(await countOf(testIds.found.count)).toBeLessThan(all);
  await app.at(testIds.chart.notesSearch).fill('quetzalcoatlus');
  await until('the draft', async () => (await countOf(testIds.found.count)) === 1);
  await app.at(testIds.found.to).fill('19990101');
  await until('nothing is that old', async () => (await countOf(testIds.found.count)) === 0);
  await app.at(testIds.found.to).fill('');
  await app.at(testIds.found.from).fill('20200101');
  await until('the draft', async () => (await countOf(testIds.found.count)) === 1);
  await app.reads(testIds.filters.open, '2');
});

test('D4: after a kill the question of one client’s notes comes back as it was', async () => {
  await app.at(testIds.chart.notesSearch).fill('quetzal');
  await until('the note answers', async () => (await countOf(testIds.found.count)) === 1);
  await app.page.waitForTimeout(500);
  await killBrowser(profile);
  device = await openBrowser(profile);
  await device.setOffline(true);
  app = appOn(device.pages()[0] ?? (await device.newPage()));
  await app.open(server.url);
  await app.unlock(passphrase);
  await app.shows(testIds.chart.notesSearch);
  expect(await app.at(testIds.chart.notesSearch).inputValue()).toBe('quetzal');
  await app.reads(testIds.filters.open, '2');
  await until('the note answers', async () => (await countOf(testIds.found.count)) === 1);
});

test.each(['es', 'en'] as const)(
  'in %s the search of one client’s notes is accessible and roomy',
  async (language) => {
    const [, clientId = ''] = /\/clients\/([^/]+)\/notes/u.exec(app.page.url()) ?? [];
    const audit = createScreenAudit(language);
    const speak = async (spoken: 'en' | 'es') => {
      await app.at(testIds.nav.settings).click();
      await app.at(testIds.settings.language(spoken)).click();
    };
    await speak(language);
    await app.search('');
    await app.at(testIds.caseload.subject('clients')).click();
    await app.at(testIds.caseload.row(clientId)).click();
    await app.at(testIds.chart.searchNotes).click();
    await app.shows(testIds.chart.notesSearch);
    expect(await app.at(testIds.chart.notesSearch).inputValue()).toBe('quetzal');
    await audit.look(app.page, 'client-notes');
    const open = async () => {
      if (!(await app.at(testIds.found.pick('author')).isVisible()))
        await app.at(testIds.filters.open).click();
      await app.at(testIds.found.pick('author')).click();
      await app.at(testIds.found.choice('any')).waitFor();
    };
    await open();
    await audit.look(app.page, 'client-notes-filters', {
      again: async () => {
        if (!(await app.at(testIds.found.choice('any')).isVisible())) await open();
      },
    });
    expect(audit.problems).toEqual([]);
    await app.at(testIds.filters.open).click();
  },
);

test('a client is found by a part of the name, and with a letter wrong', async () => {
  await app.at(testIds.nav.clients).click();
  await app.at(testIds.caseload.subject('clients')).click();
  await app.at(testIds.caseload.search).fill('');
  const name =
    (await app.clientRows().first().innerText()).split('\n').find((line) => /\w+ \w{5,}/u.test(line)) ?? '';
  const family = name.split(' ').at(-1) ?? '';
  expect(family.length).toBeGreaterThan(4);
  await app.at(testIds.caseload.search).fill(family.slice(1, -1).toUpperCase());
  await until('a part is enough', async () => (await app.clientRows().allInnerTexts()).join().includes(name));
  await app.at(testIds.caseload.search).fill(`${family.slice(0, 2)}${family.slice(3)}`);
  await until('a letter may be missing', async () =>
    (await app.clientRows().allInnerTexts()).join().includes(name),
  );
});

test('a client who is registered twice is pointed out, and nothing is refused', async () => {
  const known = app.clientRows().first();
  const [given = '', ...rest] = (
    (await known.innerText()).split('\n').find((line) => /\w+ \w{5,}/u.test(line)) ?? ''
  ).split(' ');
  await app.at(testIds.caseload.newClient).click();
  await app.at(testIds.register.field('given')).fill(given);
  const family = rest.at(-1) ?? '';
  await app.at(testIds.register.field('family')).fill(`${family.slice(0, 2)}${family.slice(3)}`);
  await app.reads(testIds.register.duplicates, rest.join(' '));
  const audit = createScreenAudit('en');
  await audit.look(app.page, 'register-duplicate');
  expect(audit.problems).toEqual([]);
  expect(await app.at(testIds.register.save).isEnabled()).toBe(true);
});

const nameIn = (row: string) => row.split('\n').find((line) => /\w+ \w{3,}/u.test(line)) ?? '';

test('the list is narrowed to a diagnosis, says how many there are, and back again', async () => {
  await app.at(testIds.nav.clients).click();
  await app.at(testIds.caseload.search).fill('');
  await until('all are listed', async () => (await countOf(testIds.caseload.count)) > 5);
  const all = await countOf(testIds.caseload.count);
  const choices = app.page.locator('[data-testid^="caseload-group-http"]');
  const choose = async () => {
    await app.at(testIds.filters.open).click();
    await app.at(testIds.caseload.groups('diagnosis')).click();
    await choices.first().waitFor();
  };
  await choose();
  const audit = createScreenAudit('en');
  await audit.look(app.page, 'caseload-diagnosis', { again: choose });
  // Another layout has its own controls, with nothing open.
  if ((await choices.count()) === 0) await choose();
  const counted = Number(/(\d+) client/u.exec(await choices.first().innerText())?.[1]);
  await choices.first().click();
  await until('fewer clients are listed', async () => (await countOf(testIds.caseload.count)) === counted);
  expect(counted).toBeLessThan(all);
  await app.at(testIds.filters.open).click();
  await app.reads(testIds.filters.open, '1');
  await audit.look(app.page, 'caseload-narrowed');
  expect(audit.problems).toEqual([]);
  await app.at(testIds.caseload.groups('diagnosis')).click();
  await app.at(testIds.caseload.group('any')).click();
  await until('all are listed', async () => (await countOf(testIds.caseload.count)) === all);
});

test('D4: who was opened lately and who is pinned stand first, after a kill too', async () => {
  const last = app.clientRows().last();
  await last.scrollIntoViewIfNeeded();
  const name = nameIn(await last.innerText());
  await last.click();
  await app.at(testIds.chart.pin).click();
  await until('the client is pinned', async () => {
    return (await app.at(testIds.chart.pin).getAttribute('aria-pressed')) === 'true';
  });
  await app.page.waitForTimeout(500);
  await killBrowser(profile);
  device = await openBrowser(profile);
  await device.setOffline(true);
  app = appOn(device.pages()[0] ?? (await device.newPage()));
  await app.open(server.url);
  await app.unlock(passphrase);
  await app.shows(testIds.chart.pin);
  await app.at(testIds.nav.clients).click();
  await until('the pinned client is first', async () =>
    (await app.clientRows().first().innerText()).includes(name),
  );
  await app.page.getByText(en.caseload.familiar).waitFor();
  await app.page.getByText(en.caseload.others).waitFor();
  const audit = createScreenAudit('en');
  await audit.look(app.page, 'caseload-familiar');
  expect(audit.problems).toEqual([]);
  expect((await app.clientRows().allInnerTexts()).filter((row) => nameIn(row) === name)).toHaveLength(1);
});

test('what the list can be narrowed to, and who stands first, in Spanish too', async () => {
  const speak = async (language: 'en' | 'es') => {
    await app.at(testIds.nav.settings).click();
    await app.at(testIds.settings.language(language)).click();
    await app.at(testIds.nav.clients).click();
  };
  await speak('es');
  const open = async () => {
    await app.at(testIds.filters.open).click();
    await app.at(testIds.caseload.groups('program')).click();
    await app.at(testIds.caseload.group('any')).waitFor();
  };
  await open();
  const audit = createScreenAudit('es');
  await audit.look(app.page, 'caseload-program', { again: open });
  expect(audit.problems).toEqual([]);
  await speak('en');
});
