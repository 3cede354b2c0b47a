import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import en from '../../apps/clinic/src/i18n/en.json' with { type: 'json' };
import { testIds } from '../../apps/clinic/src/testIds.ts';
import { openData } from '../../apps/sync-server/src/setup/openData.ts';
import { appOn, type App } from './support/app.ts';
import { killBrowser, openBrowser } from './support/browser.ts';
import { freePort } from './support/freePort.ts';
import { createScreenAudit } from './support/screenAudit.ts';
import { startProduct, type RunningProduct } from './support/server.ts';
import { until } from './support/until.ts';

// The provider keeps older notes on its server only. The steps build on each other and run in order.

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'fieldchart-retention-'));
const data = join(folder, 'data');
const profile = join(folder, 'browser');
const passphrase = 'amber ferry crosses at midnight 47';

let server: RunningProduct;
let app: App;
let browser: BrowserContext;

beforeAll(async () => {
  server = await startProduct({ folder: data, port: await freePort() });
  browser = await openBrowser(profile);
  app = appOn(browser.pages()[0] ?? (await browser.newPage()));
  const [ticket] = server.tickets;
  if (ticket === undefined) throw new Error('npm start printed no ticket');
  await app.open(server.url);
  await app.enrol(ticket, passphrase);
}, 300_000);

afterAll(async () => {
  await server?.stop();
  await killBrowser(profile);
  rmSync(folder, { recursive: true, force: true });
});

const policy = async (days: string) => {
  const cli = ['apps/sync-server/src/cli/policy.ts', '--keep-closed', days, '--data', data];
  return (await promisify(execFile)(process.execPath, cli, { cwd: root })).stdout;
};
const notes = () => app.page.locator('[data-testid^="note-"]').filter({ visible: true });
const visits = () => app.page.locator('[data-testid^="visit-"]').filter({ visible: true });

const sync = async () => {
  await app.at(testIds.nav.sync).click();
  await app.at(testIds.sync.now).click();
};

const openFirstClient = async () => {
  await app.at(testIds.nav.clients).click();
  await app.shows(testIds.caseload.list);
  await app.clientRows().first().click();
  await app.shows(testIds.chart.name);
};

/** The end of the chart, where what is older would stand. */
const toTheEnd = async (id: string) => {
  await until(`${id} is on the screen`, async () => {
    await app.page.mouse.wheel(0, 4000);
    return (await app.at(id).count()) > 0;
  });
  await app.at(id).first().scrollIntoViewIfNeeded();
};

test('before there is a policy the chart holds everything', async () => {
  await openFirstClient();
  await until('the visits are there', async () => (await visits().count()) > 2);
  expect(await app.at(testIds.chart.older).count()).toBe(0);
});

test('once the provider says so, older notes leave the device at the next contact, and the chart says where they are', async () => {
  expect(await policy('30')).toContain('closed 30 days ago or longer');
  await sync();
  await openFirstClient();
  await toTheEnd(testIds.chart.older);
  await app.reads(testIds.chart.older, en.older.title);
  await app.reads(testIds.chart.older, /\d+ notes? · \d+ visits?/u);
});

test.each(['es', 'en'] as const)('in %s it is accessible, roomy and in its language', async (language) => {
  const audit = createScreenAudit(language);
  await app.at(testIds.nav.settings).click();
  await app.at(testIds.settings.language(language)).click();
  await openFirstClient();
  await toTheEnd(testIds.chart.older);
  await audit.look(app.page, 'chart-older', { again: () => toTheEnd(testIds.chart.older) });
  expect(audit.problems).toEqual([]);
});

test('offline it says that they cannot be fetched now, that they are safe, and that they come by themselves', async () => {
  await browser.setOffline(true);
  await app.at(testIds.chart.fetchOlder).click();
  await toTheEnd(testIds.chart.olderAsked);
  await app.reads(testIds.chart.olderAsked, en.older.offline);
  await app.reads(testIds.chart.olderAsked, en.older.offlineText);
  const audit = createScreenAudit('en');
  await audit.look(app.page, 'chart-older-offline', { again: () => toTheEnd(testIds.chart.olderAsked) });
  expect(audit.problems).toEqual([]);
});

test('asked for offline they come with the connection, and the chart says until when they stay', async () => {
  await browser.setOffline(false);
  await app.reads(testIds.chart.olderHere, en.older.here);
  expect(await app.at(testIds.chart.older).count()).toBe(0);
  const audit = createScreenAudit('en');
  await app.at(testIds.chart.olderHere).scrollIntoViewIfNeeded();
  await audit.look(app.page, 'chart-older-here', {
    again: () => app.at(testIds.chart.olderHere).scrollIntoViewIfNeeded(),
  });
  expect(audit.problems).toEqual([]);
  await until('more than one visit is there', async () => (await visits().count()) > 2);
  await notes().nth(2).click();
  await app.shows(testIds.note.text);
});

test('the next contact takes nothing back: they stay for their days', async () => {
  await sync();
  await openFirstClient();
  await app.shows(testIds.chart.olderHere);
  expect(await app.at(testIds.chart.older).count()).toBe(0);
});

test('the audit trail of the server holds what the device erased, by id, and that it was asked for', async () => {
  await sync();
  // The chain follows what sync has just proved.
  await app.page.waitForTimeout(3000);
  await server.stop();
  const opened = await openData({ folder: data, mustExist: true });
  try {
    const rows = await opened.storage.db
      .selectFrom('audit')
      .select('body')
      .where('action', '=', 'device-link')
      .execute();
    const links = rows.map(({ body }) => JSON.stringify(body));
    const erased = links.filter((link) => link.includes('"aged-out"'));
    expect(erased.length).toBeGreaterThan(0);
    expect(erased.join('')).toMatch(/Composition\/[0-9a-f-]{36}/u);
    expect(links.some((link) => link.includes('"fetched-back"'))).toBe(true);
  } finally {
    await opened.close();
  }
});
