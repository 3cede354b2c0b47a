import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testIds } from '../../apps/clinic/src/testIds.ts';
import { appOn, type App } from './support/app.ts';
import { killBrowser, openBrowser, phone } from './support/browser.ts';
import { freePort } from './support/freePort.ts';
import { startProduct } from './support/server.ts';
import { until } from './support/until.ts';

// The pictures of the README, of the real app on the demonstration's invented clients: `npm run pictures`.

const pictures = join(import.meta.dirname, '../../docs/images');
const folder = mkdtempSync(join(tmpdir(), 'fieldchart-pictures-'));
const profile = join(folder, 'profile');
const passphrase = 'copper lantern wades through barley 83';
const note = {
  data: 'Met at the kitchen table. Slept six to seven hours on most nights and walked to the river twice with a friend. Finished the sleep diary; two late coffees, both before restless nights.',
  assessment:
    'Mood brighter than two weeks ago, affect full. Sleep routine is taking hold. No thoughts of self-harm voiced when asked.',
  plan: 'Keep the diary, last coffee at two. Next visit on Thursday; bring the breathing cards.',
};

mkdirSync(pictures, { recursive: true });
const server = await startProduct({ folder: join(folder, 'data'), port: await freePort() });
const device = await openBrowser(profile, { scale: 1.75 });
try {
  const [ticket] = server.tickets;
  if (ticket === undefined) throw new Error('The start printed no ticket');
  const app = appOn(device.pages()[0] ?? (await device.newPage()));
  await app.open(server.url);
  await app.enrol(ticket, passphrase);
  await until('clients are listed', async () => (await app.clientRows().count()) > 3);
  await take(app, 'caseload-phone');

  await device.setOffline(true);
  await writeNote(app);
  await take(app, 'note-phone');
  await app.at(testIds.note.toSign).click();
  await app.at(testIds.sign.secret).fill(passphrase);
  await app.at(testIds.sign.submit).click();
  await app.reads(testIds.note.status, 'Signed');

  await chooseInSettings(app, testIds.settings.language('es'), testIds.settings.theme('dark'));
  await app.at(testIds.nav.sync).click();
  await app.shows(testIds.sync.waiting);
  await take(app, 'sync-offline-spanish-dark');
  await chooseInSettings(app, testIds.settings.language('en'), testIds.settings.theme('light'));
  await app.at(testIds.nav.sync).click();
  await device.setOffline(false);
  await app.reads(testIds.sync.standing, 'arrived');
  await take(app, 'sync-phone');
} finally {
  await device.close();
}

// A window of its own for the desktop: its pictures are large enough without more pixels.
const laptop = { width: 1180, height: 680 };
const wide = await openBrowser(profile, { viewport: laptop });
try {
  const app = appOn(wide.pages()[0] ?? (await wide.newPage()));
  await app.open(server.url);
  await app.unlock(passphrase);
  await app.at(testIds.nav.clients).click();
  await app.clientRows().first().click();
  await app.page.locator('[data-testid^="note-"]').first().waitFor();
  await take(app, 'chart-desktop');
} finally {
  await wide.close();
  await killBrowser(profile);
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function writeNote(app: App): Promise<void> {
  await app.clientRows().first().click();
  await app.at(testIds.chart.startVisit).click();
  await app.at(testIds.visit.begin).click();
  await app.at(testIds.visit.writeNote).click();
  await app.at(testIds.note.section('51848-0')).fill(note.assessment);
  await app.at(testIds.note.section('18776-5')).fill(note.plan);
  await app.at(testIds.note.section('data')).fill(note.data);
  await until('the note is saved', async () => {
    return (await app.at(testIds.note.saveState).getAttribute('data-state')) === 'saved';
  });
}

async function chooseInSettings(app: App, ...choices: readonly string[]): Promise<void> {
  await app.at(testIds.nav.settings).click();
  for (const choice of choices) await app.at(choice).click();
}

async function take(app: App, name: string): Promise<void> {
  await app.page.evaluate(() => document.fonts.ready);
  // What was pressed last is not what the picture is about.
  await app.page.mouse.move(phone.width - 1, 1);
  await app.page.waitForTimeout(400);
  await app.page.screenshot({ path: join(pictures, `${name}.png`) });
  console.log(`docs/images/${name}.png`);
}
