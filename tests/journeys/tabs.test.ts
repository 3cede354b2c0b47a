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
import { startProduct, type RunningProduct } from './support/server.ts';
import { patience, until } from './support/until.ts';

// One tab at a time may write. The steps build on each other and run in order.

const folder = mkdtempSync(join(tmpdir(), 'fieldchart-tabs-'));
const profile = join(folder, 'profile');
const passphrase = 'copper lantern wades through barley 83';
const section = testIds.note.section('data');
const sentence = 'Reports steady sleep and walked by the river with friends after supper. ';

let server: RunningProduct;
let device: BrowserContext;
let first: App;
let second: App;

beforeAll(async () => {
  server = await startProduct({ folder: join(folder, 'data'), port: await freePort() });
  const [ticket] = server.tickets;
  if (ticket === undefined) throw new Error('npm start printed no ticket');
  device = await openBrowser(profile);
  first = appOn(device.pages()[0] ?? (await device.newPage()));
  await first.open(server.url);
  await first.enrol(ticket, passphrase);
}, 300_000);

afterAll(async () => {
  await server?.stop();
  await killBrowser(profile);
  rmSync(folder, { recursive: true, force: true });
});

test('a second tab says that another one has the app, and shows nothing of the record', async () => {
  second = appOn(await device.newPage());
  await second.open(server.url);
  await second.shows(testIds.phase.elsewhere);
  expect(await second.at(testIds.caseload.list).count()).toBe(0);
  await first.shows(testIds.caseload.list);
});

test('D1: taken over in the middle of typing, the first tab locks and not one character is lost', async () => {
  await first.page.bringToFront();
  await first.clientRows().first().click();
  await first.at(testIds.chart.startVisit).click();
  await first.at(testIds.visit.begin).click();
  await first.at(testIds.visit.writeNote).click();
  await first.at(section).click();
  const typing = first.page.keyboard.type(sentence.repeat(20), { delay: 2 });
  await until('something is written', async () => (await textOf(first)).length > 40);
  const held = await recordTyping(first);
  await second.at(testIds.elsewhere.useHere).click();
  await first.shows(testIds.phase.elsewhere);
  await second.shows(testIds.phase.locked);
  await typing;
  const written = await held();
  expect(written.length).toBeGreaterThan(40);
  expect(sentence.repeat(20).startsWith(written)).toBe(true);

  await second.unlock(passphrase);
  await second.shows(section);
  expect(await textOf(second)).toBe(written);
});

test('the first tab takes the app back, and stands on the same note', async () => {
  await second.at(section).press('End');
  const before = await textOf(second);
  await second.page.keyboard.type('Written in the second tab.');
  await first.at(testIds.elsewhere.useHere).click();
  await second.shows(testIds.phase.elsewhere);
  await first.unlock(passphrase);
  await first.shows(section);
  await expect.poll(() => textOf(first), patience).toContain('Written in the second tab.');
  expect((await textOf(first)).length).toBe(before.length + 'Written in the second tab.'.length);
});

test('D4: a tab whose process died in the middle of typing is succeeded, with every character shown as saved', async () => {
  await first.at(section).press('End');
  const before = await textOf(first);
  // What the page itself held is gone with its process: what it showed is told to the test as it is shown.
  let shown = before;
  await first.page.exposeFunction('shownAsSaved', (text: string) => (shown = text));
  await first.page.evaluate(
    ([badgeId, fieldId]) => {
      const badge = document.querySelector<HTMLElement>(`[data-testid="${badgeId}"]`);
      const field = document.querySelector<HTMLTextAreaElement>(`[data-testid="${fieldId}"]`);
      if (badge === null || field === null) throw new Error('no note is on the screen');
      const tell = (globalThis as unknown as { shownAsSaved: (text: string) => void }).shownAsSaved;
      new MutationObserver(() => {
        if (badge.dataset['state'] === 'saved') tell(field.value);
      }).observe(badge, { attributes: true, attributeFilter: ['data-state'] });
    },
    [testIds.note.saveState, section] as const,
  );
  first.page.keyboard.type(sentence.repeat(20), { delay: 20 }).catch(() => {});
  await until('much of it is saved', () => Promise.resolve(shown.length > before.length + 60));
  const crashed = first.page.waitForEvent('crash');
  const devTools = await device.newCDPSession(first.page);
  devTools.send('Page.crash').catch(() => {});
  await crashed;

  await second.at(testIds.elsewhere.useHere).click();
  await second.shows(testIds.phase.locked);
  await second.unlock(passphrase);
  await second.shows(section);
  const after = await textOf(second);
  expect(after.startsWith(shown)).toBe(true);
  expect((before + sentence.repeat(20)).startsWith(after)).toBe(true);
  await second.page.keyboard.press('End');
  await second.page.keyboard.type('And on it goes.');
  await second.reads(testIds.note.saveState, en.save.saved);
});

test('when the tab that has the app is closed, a tab that is opened then has it', async () => {
  await second.page.close();
  const third = appOn(await device.newPage());
  await third.open(server.url);
  await third.shows(testIds.phase.locked);
});

async function textOf(app: App): Promise<string> {
  return await app.at(section).inputValue();
}

/** What the note's field holds when it is taken off the screen: everything that was seen as typed. */
async function recordTyping(app: App): Promise<() => Promise<string>> {
  const last = await app.page.evaluateHandle((id) => {
    const field = document.querySelector<HTMLTextAreaElement>(`[data-testid="${id}"]`);
    const seen = { text: field?.value ?? '' };
    field?.addEventListener('input', () => {
      seen.text = field.value;
    });
    return seen;
  }, section);
  return async () => (await last.jsonValue()).text;
}
