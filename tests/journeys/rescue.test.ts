import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import en from '../../apps/clinic/src/i18n/en.json' with { type: 'json' };
import { testIds } from '../../apps/clinic/src/testIds.ts';
import { appOn, type App } from './support/app.ts';
import { addAuthenticator } from './support/authenticator.ts';
import { desktop, killBrowser, openBrowser } from './support/browser.ts';
import { freePort } from './support/freePort.ts';
import { startProduct, type RunningProduct } from './support/server.ts';
import { until } from './support/until.ts';

// A PIN is forgotten with unsent notes on the device. The steps build on each other and run in order.

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'fieldchart-rescue-'));
const data = join(folder, 'data');
const profile = join(folder, 'profile');
const oldPin = '739158';
const newPin = '840261';
const words = 'Slept three hours; the neighbour helps with the children.';

let server: RunningProduct;
let app: App;

beforeAll(async () => {
  server = await startProduct({ folder: data, port: await freePort() });
  const device = await openBrowser(profile, { viewport: desktop });
  app = appOn(device.pages()[0] ?? (await device.newPage()));
  await addAuthenticator(app.page);
}, 300_000);

afterAll(async () => {
  await server?.stop();
  await killBrowser(profile);
  rmSync(folder, { recursive: true, force: true });
});

const command = async (name: string, ...args: string[]) => {
  const cli = [`apps/sync-server/src/cli/${name}.ts`, ...args, '--data', data];
  const { stdout } = await promisify(execFile)(process.execPath, cli, { cwd: root });
  return stdout;
};

const offline = (is: boolean) => app.page.context().setOffline(is);

test('a note is written and signed with no network, under a PIN', async () => {
  const [ticket] = server.tickets;
  if (ticket === undefined) throw new Error('npm start printed no ticket');
  await app.open(server.url);
  await app.installed();
  await offline(true);
  await app.openTicket(ticket);
  await app.at(testIds.enrol.kindPin).click();
  await choose(oldPin);
  await app.shows(testIds.caseload.list);
  await app.clientRows().first().click();
  await app.at(testIds.chart.startVisit).click();
  await app.at(testIds.visit.begin).click();
  await app.at(testIds.visit.writeNote).click();
  await app.at(testIds.note.section('data')).fill(words);
  await app.at(testIds.note.toSign).click();
  await app.at(testIds.sign.secret).fill(oldPin);
  await app.at(testIds.sign.submit).click();
  await app.reads(testIds.note.status, en.note.status.signed);
  await app.at(testIds.nav.lock).click();
});

test('the request goes out as QR code, as text, and by the network; the old PIN still opens meanwhile', async () => {
  await app.at(testIds.unlock.forgotten).click();
  await app.shows(testIds.phase.rescue);
  await app.at(testIds.enrol.kindPin).click();
  await choose(newPin);
  await app.shows(testIds.rescue.code);
  await app.at(testIds.rescue.send).click();
  await app.reads(testIds.rescue.sent, en.rescue.problem.unreachable);
  await app.at(testIds.rescue.showQr).click();
  await app.shows(testIds.rescue.qr);
  await offline(false);
  await app.at(testIds.rescue.send).click();
  await app.reads(testIds.rescue.sent, en.rescue.sent);
  await app.at(testIds.rescue.look).click();
  await app.reads(testIds.rescue.problem, en.rescue.notYet);
});

test('the administrator answers with the command, and only to the code that was read out', async () => {
  const code = (await app.at(testIds.rescue.code).innerText()).trim();
  const listed = await command('rescue', 'list');
  const [id = ''] = /[0-9a-f-]{36}/u.exec(listed) ?? [];
  const key = join(data, 'rescue-key.json');
  await expect(command('rescue', 'answer', id, '--key', key, '--code', 'AAAA-AAAA')).rejects.toMatchObject({
    code: 1,
  });
  expect(await command('rescue', 'answer', id, '--key', key, '--code', code)).toContain('Answered for');
});

test('the answer opens under the new PIN: the note is there, and goes to the server with what follows it', async () => {
  await app.at(testIds.rescue.look).click();
  await until('the answer is there', async () =>
    (await app.at(testIds.rescue.answer).inputValue()).startsWith('FIELDCHART-ANSWER1.'),
  );
  await app.at(testIds.rescue.secret).fill(oldPin);
  await app.at(testIds.rescue.open).click();
  await app.reads(testIds.rescue.problem, en.rescue.problem.wrongSecret);
  await app.at(testIds.rescue.secret).fill(newPin);
  await app.at(testIds.rescue.open).click();
  await app.reads(testIds.note.status, en.note.status.signed);
  await app.at(testIds.nav.sync).click();
  await until('everything was sent', async () =>
    (await app.page.getByTestId(testIds.sync.waiting).innerText()).includes(en.sync.nothingWaits),
  );
  expect(await app.page.getByTestId(testIds.sync.failed).count()).toBe(0);
  const devices = await command('device', 'list');
  expect(devices).toMatch(/replaced/u);
  expect(devices).toMatch(/active/u);
  expect(await command('device', 'alerts')).toBe('None.\n');
});

test('the old PIN opens nothing any more; the new one is changed in the settings and opens', async () => {
  await app.at(testIds.nav.lock).click();
  await app.unlock(oldPin);
  await app.reads(testIds.unlock.problem, en.unlock.wrong.title);
  await app.unlock(newPin);
  await app.at(testIds.nav.settings).click();
  await app.at(testIds.account.change).click();
  await app.at(testIds.account.current).fill(newPin);
  await app.at(testIds.enrol.kindPin).click();
  await choose('593827');
  await app.shows(testIds.account.changed);
  await app.at(testIds.nav.lock).first().click();
  await app.unlock('593827');
  await app.shows(testIds.phase.unlocked);
});

test('leaving the device takes key and records along', async () => {
  await app.at(testIds.nav.settings).click();
  await app.at(testIds.account.leave).click();
  await app.at(testIds.account.leaveSecret).fill('593827');
  await app.at(testIds.account.leaveNow).click();
  await app.shows(testIds.phase.welcome);
});

async function choose(secret: string): Promise<void> {
  await app.at(testIds.enrol.secret).fill(secret);
  await app.at(testIds.enrol.secretAgain).fill(secret);
  await until('the secret is accepted', () => app.at(testIds.enrol.finish).isEnabled());
  await app.at(testIds.enrol.finish).click();
}
