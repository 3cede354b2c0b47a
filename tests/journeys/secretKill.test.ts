import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testIds } from '../../apps/clinic/src/testIds.ts';
import { appOn, type App } from './support/app.ts';
import { desktop, killBrowser, openBrowser } from './support/browser.ts';
import { freePort } from './support/freePort.ts';
import { startProduct, type RunningProduct } from './support/server.ts';
import { randomTyping, seedOf } from './support/typing.ts';
import { until } from './support/until.ts';

// A change of the secret, over IndexedDB, in a browser that is killed at any moment of it.

const kills = 4;
const folder = mkdtempSync(join(tmpdir(), 'fieldchart-secret-'));
const profile = join(folder, 'profile');
const passphrases = [
  'copper lantern wades through barley 83',
  'seven quiet herons drift past noon 41',
] as const;

let server: RunningProduct;

beforeAll(async () => {
  server = await startProduct({ folder: join(folder, 'data'), port: await freePort() });
}, 300_000);

afterAll(async () => {
  await server?.stop();
  await killBrowser(profile);
  rmSync(folder, { recursive: true, force: true });
});

async function opened(): Promise<App> {
  const device = await openBrowser(profile, { viewport: desktop });
  const app = appOn(device.pages()[0] ?? (await device.newPage()));
  await app.open(server.url);
  return app;
}

/** Which of the two opens; both are tried, the present one last, so that the app ends unlocked. */
async function whoOpens(app: App, first: 0 | 1): Promise<0 | 1> {
  await app.unlock(passphrases[first]);
  await until('it opened or not', async () => {
    const problem = await app.at(testIds.unlock.problem).count();
    return problem > 0 || (await app.at(testIds.phase.unlocked).count()) > 0;
  });
  if ((await app.at(testIds.phase.unlocked).count()) > 0) return first;
  const other = first === 0 ? 1 : 0;
  await app.unlock(passphrases[other]);
  await app.shows(testIds.phase.unlocked);
  return other;
}

test('D4: killed at any moment of a change, the old or the new passphrase opens', async () => {
  const seed = seedOf();
  console.log(`SEED=${seed}`);
  const { milliseconds } = randomTyping(seed);
  let app = await opened();
  const [ticket] = server.tickets;
  if (ticket === undefined) throw new Error('npm start printed no ticket');
  await app.enrol(ticket, passphrases[0]);
  let present: 0 | 1 = 0;
  const outcomes: string[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    const next = present === 0 ? 1 : 0;
    await app.at(testIds.nav.settings).click();
    await app.at(testIds.account.change).click();
    await app.at(testIds.account.current).fill(passphrases[present]);
    await app.at(testIds.enrol.secret).fill(passphrases[next]);
    await app.at(testIds.enrol.secretAgain).fill(passphrases[next]);
    await until('it is accepted', () => app.at(testIds.enrol.finish).isEnabled());
    await app.at(testIds.enrol.finish).click({ noWaitAfter: true });
    await new Promise((resolve) => setTimeout(resolve, milliseconds() / 2));
    await killBrowser(profile);
    app = await opened();
    const opens = await whoOpens(app, next);
    outcomes.push(opens === next ? 'new' : 'old');
    present = opens;
  }
  console.log(`after each kill there opened: ${outcomes.join(', ')}`);
  expect(outcomes).toHaveLength(kills);
});
