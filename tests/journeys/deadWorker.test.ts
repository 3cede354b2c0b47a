import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import en from '../../apps/clinic/src/i18n/en.json' with { type: 'json' };
import { testIds } from '../../apps/clinic/src/testIds.ts';
import { appOn, type App } from './support/app.ts';
import { desktop, killBrowser, openBrowser } from './support/browser.ts';
import { freePort } from './support/freePort.ts';
import { issueTicket, startProduct, type RunningProduct } from './support/server.ts';
import { patience, until } from './support/until.ts';

// A database worker that dies while somebody types. The steps build on each other and run in order.

const folder = mkdtempSync(join(tmpdir(), 'fieldchart-worker-'));
const profile = join(folder, 'profile');
const passphrase = 'copper lantern wades through barley 83';
const section = testIds.note.section('data');

let server: RunningProduct;
let app: App;
/** What the note must hold in the end. */
let written = '';

beforeAll(async () => {
  server = await startProduct({ folder: join(folder, 'data'), port: await freePort() });
  const ticket = await issueTicket(join(folder, 'data'), server.tickets[0]?.practitioner ?? '');
  const device = await openBrowser(profile, { viewport: desktop });
  app = appOn(device.pages()[0] ?? (await device.newPage()));
  await app.open(server.url);
  await app.enrol(ticket, passphrase);
  await app.clientRows().first().click();
  await app.at(testIds.chart.startVisit).click();
  await app.at(testIds.visit.begin).click();
  await app.at(testIds.visit.writeNote).click();
  await app.at(section).click();
}, 300_000);

afterAll(async () => {
  await server?.stop();
  await killBrowser(profile);
  rmSync(folder, { recursive: true, force: true });
});

const saveState = () => app.at(testIds.note.saveState).getAttribute('data-state');

test('D1: when the database worker ends without a word, the text stays, is said not to be saved, and is saved by the next worker', async () => {
  const typed = ' Asked about the medication at home.'.repeat(6);
  const shown = await watchNote();
  const saved = async () => (await shown()).filter(({ state }) => state === 'saved');
  const whole = (await app.at(section).inputValue()) + typed;
  const typing = app.page.keyboard.type(typed, { delay: 40 });
  await until('some of it is saved', async () => (await saved()).length > 10);
  // The newest: one that ended before stays on the list.
  const worker = app.page.workers().at(-1);
  if (worker === undefined) throw new Error('there is no worker');
  // A worker that has ended answers nobody, the one that asked it to included.
  worker.evaluate('self.close()').catch(() => {});
  await typing;
  await until('the device is said not to answer', async () =>
    (await shown()).some(({ words }) => words.includes(en.save.slow)),
  );
  expect(await app.at(section).inputValue()).toBe(whole);
  await expect.poll(saveState, patience).toBe('saved');
  expect(await app.at(section).inputValue()).toBe(whole);
  expect((await saved()).every(({ text }) => whole.startsWith(text))).toBe(true);
  expect((await saved()).at(-1)?.text).toBe(whole);
  written = whole;
});

test('D4: nothing that was saved was harmed: after a kill the note is whole', async () => {
  const address = app.page.url();
  await killBrowser(profile);
  const device = await openBrowser(profile, { viewport: desktop });
  app = appOn(device.pages()[0] ?? (await device.newPage()));
  await app.open(address);
  await app.unlock(passphrase);
  await app.shows(section);
  await expect.poll(() => app.at(section).inputValue(), patience).toBe(written);
});

/** What the badge said at each change of it, and the text that stood on the screen then. */
async function watchNote() {
  const seen = await app.page.evaluateHandle(
    ([badgeId, sectionId]) => {
      const find = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
      const [badge, field] = [find(badgeId), find(sectionId) as HTMLTextAreaElement | null];
      if (badge === null || field === null) throw new Error('no note is on the screen');
      const shown: { state: string; words: string; text: string }[] = [];
      const look = () =>
        shown.push({ state: badge.dataset['state'] ?? '', words: badge.innerText, text: field.value });
      const changes = { attributes: true, attributeFilter: ['data-state'], childList: true };
      new MutationObserver(look).observe(badge, { ...changes, subtree: true, characterData: true });
      return shown;
    },
    [testIds.note.saveState, section] as const,
  );
  return async () => await seen.jsonValue();
}
