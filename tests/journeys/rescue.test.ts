import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import en from '../../apps/clinic/src/i18n/en.json' with { type: 'json' };
import { testIds } from '../../apps/clinic/src/testIds.ts';
import { appOn, type App } from './support/app.ts';
import { addAuthenticator } from './support/authenticator.ts';
import { desktop, killBrowser, openBrowser } from './support/browser.ts';
import { cameraArguments, writeFilm } from './support/fakeCamera.ts';
import { freePort } from './support/freePort.ts';
import { photograph, readQrCode } from './support/pictures.ts';
import { startProduct, type RunningProduct } from './support/server.ts';
import { signaturesIn } from './support/signatures.ts';
import { until } from './support/until.ts';

// A PIN is forgotten after three days without a signal, with unsent notes on the device. The steps build on each other and
// run in order. The device's clock begins three days ago, so that after those days it agrees with the server's.

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'fieldchart-rescue-'));
const data = join(folder, 'data');
const profile = join(folder, 'profile');
const film = join(folder, 'answer.y4m');
const answerFiles = { text: join(folder, 'answer.txt'), qr: join(folder, 'answer.svg') };
const requestFile = join(folder, 'request.txt');
const oldPin = '739158';
const newPin = '840261';
const words = {
  signed: 'Slept three hours; the neighbour helps with the children.',
  draft: 'Walked to the river and back; asks about the group on Thursdays.',
};
const days = 86_400_000;

let server: RunningProduct;
let device: BrowserContext;
let app: App;
let request: string;

beforeAll(async () => {
  server = await startProduct({ folder: data, port: await freePort() });
  device = await openBrowser(profile, { viewport: desktop, args: cameraArguments(film) });
  await device.clock.install({ time: Date.now() - 3 * days });
  await device.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url });
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

const offline = (is: boolean) => device.setOffline(is);

/** A visit to the client at this place of the list, and its note, open to be written. */
async function beginNote(place: number): Promise<void> {
  await app.at(testIds.nav.clients).click();
  await app.shows(testIds.caseload.list);
  await app.clientRows().nth(place).click();
  await app.at(testIds.chart.startVisit).click();
  await app.at(testIds.visit.begin).click();
  await app.at(testIds.visit.writeNote).click();
  await app.shows(testIds.note.section('data'));
}

test('with no network and under a PIN one note is written and signed, another begun', async () => {
  const [ticket] = server.tickets;
  if (ticket === undefined) throw new Error('npm start printed no ticket');
  await app.open(server.url);
  await app.installed();
  await offline(true);
  await app.openTicket(ticket);
  await app.at(testIds.enrol.kindPin).click();
  await choose(oldPin);
  await app.shows(testIds.caseload.list);
  await beginNote(0);
  await app.at(testIds.note.section('data')).fill(words.signed);
  await app.at(testIds.note.toSign).click();
  await app.at(testIds.sign.secret).fill(oldPin);
  await app.at(testIds.sign.submit).click();
  await app.reads(testIds.note.status, en.note.status.signed);
  await beginNote(1);
  await app.at(testIds.note.section('data')).fill(words.draft);
  await app.reads(testIds.note.saveState, en.save.saved);
  await app.at(testIds.nav.lock).click();
});

test('three days later the request leaves as a QR code, as text, and by the network; each is the same request', async () => {
  await device.clock.setSystemTime(Date.now());
  await app.at(testIds.unlock.forgotten).click();
  await app.shows(testIds.phase.rescue);
  await app.at(testIds.enrol.kindPin).click();
  await choose(newPin);
  await app.shows(testIds.rescue.code);
  await app.at(testIds.rescue.send).click();
  await app.reads(testIds.rescue.sent, en.rescue.problem.unreachable);

  await app.at(testIds.rescue.showQr).click();
  await app.shows(testIds.rescue.qr);
  request = readQrCode(await photograph(app.at(testIds.rescue.qr)));
  expect(request).toMatch(/^FIELDCHART-RESCUE1\./u);
  await app.at(testIds.rescue.copy).click();
  await app.reads(testIds.rescue.sent, en.rescue.copied);
  expect(await app.page.evaluate(() => navigator.clipboard.readText())).toBe(request);

  await offline(false);
  await app.at(testIds.rescue.send).click();
  await app.reads(testIds.rescue.sent, en.rescue.sent);
  await app.at(testIds.rescue.look).click();
  await app.reads(testIds.rescue.problem, en.rescue.notYet);
  expect(await command('rescue', 'list')).toContain(server.tickets[0]?.practitioner);
});

test('the administrator answers from the file with the command, and only to the code that was read out', async () => {
  writeFileSync(requestFile, request);
  const code = (await app.at(testIds.rescue.code).innerText()).trim();
  const answer = (readOut: string) =>
    command(
      'rescue',
      'answer',
      requestFile,
      '--key',
      join(data, 'rescue-key.json'),
      '--code',
      readOut,
      '--out',
      answerFiles.text,
      '--qr',
      answerFiles.qr,
    );
  await expect(answer('AAAA-AAAA')).rejects.toMatchObject({ code: 1 });
  expect(existsSync(answerFiles.text)).toBe(false);
  expect(await answer(code)).toContain('Answered for');
});

test('the answer is scanned from the screen of the administrator, is fetched, or is pasted: it is the same answer', async () => {
  const text = readFileSync(answerFiles.text, 'utf8');
  const painter = await device.newPage();
  await writeFilm(film, readFileSync(answerFiles.qr, 'utf8'), painter);
  await painter.close();
  const field = () => app.at(testIds.rescue.answer);
  const reads = (how: string) =>
    until(`the answer was ${how}`, async () => (await field().inputValue()) === text);
  await app.at(testIds.rescue.scan).click();
  await reads('scanned');
  await field().fill('');
  await app.at(testIds.rescue.look).click();
  await reads('fetched');
  await field().fill('');
  await field().fill(text);
});

test('it opens under the new PIN alone: both notes are there, the draft is signed, and all goes to the server', async () => {
  await app.at(testIds.rescue.secret).fill(oldPin);
  await app.at(testIds.rescue.open).click();
  await app.reads(testIds.rescue.problem, en.rescue.problem.wrongSecret);
  await app.at(testIds.rescue.secret).fill(newPin);
  await app.at(testIds.rescue.open).click();
  await app.shows(testIds.note.section('data'));
  expect(await app.at(testIds.note.section('data')).inputValue()).toBe(words.draft);
  await app.at(testIds.note.toSign).click();
  await app.at(testIds.sign.secret).fill(newPin);
  await app.at(testIds.sign.submit).click();
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

test('on the server each note is signed by the key that its hour had: the lost one and the new one', async () => {
  await server.stop();
  const signatures = await signaturesIn(data);
  const [signed, draft] = [words.signed, words.draft].map((text) =>
    signatures.find(({ note }) => note.includes(text)),
  );
  expect(signed).toMatchObject({ status: 'final', device: { replaced: true } });
  expect(draft).toMatchObject({ status: 'final', device: { replaced: false } });
  const apart = (draft?.at ?? 0) - (signed?.at ?? 0);
  expect(Math.round(apart / days)).toBe(3);
});

async function choose(secret: string): Promise<void> {
  await app.at(testIds.enrol.secret).fill(secret);
  await app.at(testIds.enrol.secretAgain).fill(secret);
  await until('the secret is accepted', () => app.at(testIds.enrol.finish).isEnabled());
  await app.at(testIds.enrol.finish).click();
}
