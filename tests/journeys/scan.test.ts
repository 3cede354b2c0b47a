import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import en from '../../apps/clinic/src/i18n/en.json' with { type: 'json' };
import { testIds } from '../../apps/clinic/src/testIds.ts';
import {
  createFakeOrganization,
  printCode,
  sealTicket,
} from '../../packages/key-vault/src/testing/issueTicket.ts';
import { appOn, type App } from './support/app.ts';
import { desktop, killBrowser, openBrowser } from './support/browser.ts';
import { cameraArguments, writeFilm } from './support/fakeCamera.ts';
import { freePort } from './support/freePort.ts';
import { startProduct, type RunningProduct } from './support/server.ts';
import { until } from './support/until.ts';

// A ticket that the command drew, held before the camera, and everything else that can be put into the ticket's field.

const folder = mkdtempSync(join(tmpdir(), 'fieldchart-scan-'));
const data = join(folder, 'data');
const profile = join(folder, 'profile');
let server: RunningProduct;
let app: App;
let ticketText: string;
let code: string;

beforeAll(async () => {
  server = await startProduct({ folder: data, port: await freePort() });
  const practitioner = server.tickets[0]?.practitioner ?? '';
  const [svg, file] = [join(folder, 'ticket.svg'), join(folder, 'scanned.fieldchart')];
  const said = await command('ticket', '--clinician', practitioner, '--qr', svg, '--out', file);
  code = /activation code\s+(\S+)/u.exec(said)?.[1] ?? '';
  ({ ticket: ticketText } = JSON.parse(readFileSync(file, 'utf8')) as { ticket: string });
  const drawingBoard = await openBrowser(join(folder, 'drawing'));
  await writeFilm(join(folder, 'ticket.y4m'), readFileSync(svg, 'utf8'), await drawingBoard.newPage());
  await drawingBoard.close();

  const camera = cameraArguments(join(folder, 'ticket.y4m'));
  const device = await openBrowser(profile, { args: camera, viewport: desktop });
  app = appOn(device.pages()[0] ?? (await device.newPage()));
  await app.open(server.url);
  await app.installed();
}, 300_000);

afterAll(async () => {
  await server?.stop();
  await killBrowser(profile);
  rmSync(folder, { recursive: true, force: true });
});

async function command(name: string, ...args: string[]): Promise<string> {
  const cli = [`apps/sync-server/src/cli/${name}.ts`, ...args, '--data', data];
  const { stdout } = await promisify(execFile)(process.execPath, cli, {
    cwd: join(import.meta.dirname, '../..'),
  });
  return stdout;
}

/** Puts a text into the ticket's field and expects to be told this, and nothing to be stored. */
async function isTold(
  { title, text }: { readonly title: string; readonly text: string },
  put: string,
  withCode = code,
): Promise<void> {
  await app.at(testIds.enrol.ticketText).fill(put);
  await app.at(testIds.enrol.activationCode).fill(withCode);
  await app.at(testIds.enrol.open).click();
  await app.reads(testIds.enrol.problem, title);
  await app.reads(testIds.enrol.problem, text);
  await app.at(testIds.enrol.ticketText).fill('');
}

test('each thing that is no good ticket is told for what it is, offline', async () => {
  await app.page.context().setOffline(true);
  const altered = ticketText.replace(/.(?=.{200}$)/u, (letter) => (letter === 'A' ? 'B' : 'A'));
  const mistyped = code.replace(/.$/u, (last) => (last === '0' ? '1' : '0'));
  await isTold(en.ticket.truncated, ticketText.slice(0, -40));
  await isTold(en.ticket.altered, altered);
  await isTold(en.ticket.wrongKind, 'FIELDCHART-ANSWER1.aa.bb.cc.dd.ee.ffffffffffff');
  await isTold(en.ticket.malformed, 'Dear Ana, here is your ticket.');
  await isTold(en.ticket.tooLarge, `FIELDCHART1.${'a'.repeat(20_000)}`);
  await isTold(en.ticket.codeMistyped, ticketText, mistyped);
  await isTold(en.ticket.wrongCode, ticketText, '0000-0000-0000-0000-0');
});

test('a ticket that another made, or that was made for something else or somebody else, is refused as that', async () => {
  const { id, jwks } = (await (await fetch(`${server.url}/organization.json`)).json()) as {
    id: string;
    jwks: { keys: { kid: string }[] };
  };
  const own = '0123456789ABCDEF';
  const stranger = await createFakeOrganization('another-organization');
  const sealed = async (claims: object, header: object) =>
    sealTicket(await stranger.sign(claims, header), own);
  const kid = jwks.keys[0]?.kid;
  await isTold(en.ticket.wrongOrganization, await sealed({}, {}), printCode(own));
  await isTold(en.ticket.forged, await sealed({ iss: id }, { kid }), printCode(own));
  await isTold(en.ticket.wrongType, await sealed({ iss: id }, { kid, typ: 'JWT' }), printCode(own));
});

test('a ticket whose days are over is refused as expired', async () => {
  await app.page.evaluate(() => {
    const before = Date.now.bind(Date);
    Date.now = () => before() + 200 * 86_400_000;
  });
  await isTold(en.ticket.expired, ticketText);
  await app.page.reload();
  await app.page.context().setOffline(false);
});

test('the QR code that the command drew is scanned with the camera, opens with its code, and says whose it is', async () => {
  await app.at(testIds.enrol.scan).click();
  await until('the code was read', async () =>
    (await app.at(testIds.enrol.ticketText).inputValue()).startsWith('FIELDCHART1.'),
  );
  expect(await app.at(testIds.enrol.ticketText).inputValue()).toBe(ticketText);
  await app.at(testIds.enrol.activationCode).fill(code);
  await app.at(testIds.enrol.open).click();
  await app.reads(testIds.enrol.practitioner, server.tickets[0]?.practitioner ?? '');
});

test('a ticket that was withdrawn before the device met the server is said so, and what to do', async () => {
  await app.page.context().setOffline(true);
  await app.at(testIds.enrol.confirm).click();
  const passphrase = 'copper lantern wades through barley 83';
  await app.at(testIds.enrol.secret).fill(passphrase);
  await app.at(testIds.enrol.secretAgain).fill(passphrase);
  await until('the secret is accepted', () => app.at(testIds.enrol.finish).isEnabled());
  await app.at(testIds.enrol.finish).click();
  await app.shows(testIds.phase.unlocked);
  const listed = await command('ticket', 'list');
  const ids = [...listed.matchAll(/^(?<id>[0-9a-f-]{36})\s/gmu)].map(({ groups }) => groups?.['id'] ?? '');
  for (const id of ids) await command('ticket', 'revoke', id).catch(() => null);
  await app.page.context().setOffline(false);
  await app.at(testIds.nav.sync).click();
  await app.at(testIds.sync.now).click();
  await app.reads(testIds.sync.refused, en.rehome.revoked);
  await app.reads(testIds.sync.refused, en.rehome.safe);
});
