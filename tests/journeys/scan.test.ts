import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testIds } from '../../apps/clinic/src/testIds.ts';
import { appOn, type App } from './support/app.ts';
import { killBrowser, openBrowser } from './support/browser.ts';
import { cameraArguments, writeFilm } from './support/fakeCamera.ts';
import { freePort } from './support/freePort.ts';
import { startProduct, type RunningProduct } from './support/server.ts';
import { until } from './support/until.ts';

// A ticket held before the camera, and everything else that can be put into the ticket's field.

const folder = mkdtempSync(join(tmpdir(), 'fieldchart-scan-'));
const data = join(folder, 'data');
const profile = join(folder, 'profile');
let server: RunningProduct;
let app: App;
let ticketText: string;
let code: string;

beforeAll(async () => {
  server = await startProduct({ folder: data, port: await freePort() });
  const [first] = server.tickets;
  if (first === undefined) throw new Error('npm start printed no ticket');
  ({ ticket: ticketText } = JSON.parse(readFileSync(first.file, 'utf8')) as { ticket: string });
  code = first.activationCode;
  writeFilm(join(folder, 'ticket.y4m'), ticketText);
  const device = await openBrowser(profile, { args: cameraArguments(join(folder, 'ticket.y4m')) });
  app = appOn(device.pages()[0] ?? (await device.newPage()));
  await app.open(server.url);
  await app.installed();
}, 300_000);

afterAll(async () => {
  await server?.stop();
  await killBrowser(profile);
  rmSync(folder, { recursive: true, force: true });
});

const say = async (text: string, withCode: string): Promise<string> => {
  await app.at(testIds.enrol.ticketText).fill(text);
  await app.at(testIds.enrol.activationCode).fill(withCode);
  await app.at(testIds.enrol.open).click();
  await app.shows(testIds.enrol.problem);
  const said = await app.at(testIds.enrol.problem).innerText();
  await app.at(testIds.enrol.ticketText).fill('');
  return said;
};

test('each thing that is no good ticket is told for what it is, offline', async () => {
  await app.page.context().setOffline(true);
  const altered = ticketText.replace(/.(?=.{200}$)/u, (letter) => (letter === 'A' ? 'B' : 'A'));
  const said = [
    await say(ticketText.slice(0, -40), code),
    await say(altered, code),
    await say('FIELDCHART-ANSWER1.aa.bb.cc.dd.ee.ffffffffffff', code),
    await say('Dear Ana, here is your ticket.', code),
    await say(`FIELDCHART1.${'a'.repeat(20_000)}`, code),
    await say(
      ticketText,
      code.replace(/.$/u, (last) => (last === '0' ? '1' : '0')),
    ),
    await say(ticketText, '0000-0000-0000-0000-0'),
  ];
  // Two of a kind would mean that one of them misleads.
  expect(new Set(said).size).toBe(said.length);
  await app.page.context().setOffline(false);
});

test('a ticket is scanned with the camera, opens with its code, and says whose it is', async () => {
  await app.at(testIds.enrol.scan).click();
  await until('the code was read', async () =>
    (await app.at(testIds.enrol.ticketText).inputValue()).startsWith('FIELDCHART1.'),
  );
  expect(await app.at(testIds.enrol.ticketText).inputValue()).toBe(ticketText);
  await app.at(testIds.enrol.activationCode).fill(code);
  await app.at(testIds.enrol.open).click();
  await app.shows(testIds.enrol.confirm);
});

test('the command draws a ticket as the QR code that the camera reads', async () => {
  const svg = join(folder, 'ticket.svg');
  const cli = ['apps/sync-server/src/cli/ticket.ts', '--clinician', server.tickets[0]?.practitioner ?? ''];
  await promisify(execFile)(process.execPath, [...cli, '--qr', svg, '--data', data], {
    cwd: join(import.meta.dirname, '../..'),
  });
  expect(readFileSync(svg, 'utf8')).toMatch(/^<svg/u);
});
