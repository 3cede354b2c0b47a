import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { ticketFile } from '@fieldchart/clinical';
import { afterAll, expect, test } from 'vitest';
import type { HandedTicket, ListedTicket } from '../identity/ticketDesk.ts';
import { openPGlite } from '../storage/openStorage.ts';
import { bundleOf } from '../testing/requests.ts';
import { type TestDevice, openTestServer } from '../testing/testServer.ts';

const folder = mkdtempSync(join(tmpdir(), 'fieldchart-web-'));
const hashed = 'app-0123456789abcdef0123456789abcdef.wasm';
mkdirSync(join(folder, 'tickets'));
writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Fieldchart</title>');
writeFileSync(join(folder, hashed), 'wasm');
const ticketName = `${'a'.repeat(24)}.fieldchart`;
writeFileSync(join(folder, 'tickets', ticketName), '{}');

const storage = await openPGlite();
afterAll(() => storage.close());
const server = await openTestServer(storage, {
  webRoot: folder,
  admin: { token: 'secret', ticketFolder: join(folder, 'tickets') },
});

test('E2: answers of the API are no-store; of the app, hashed files are kept and the page is asked for anew', async () => {
  const cache = async (url: string) => (await server.ask(server.ana, 'GET', url)).headers['cache-control'];
  for (const url of [
    '/health',
    '/organization.json',
    '/fhir/metadata',
    '/fhir/Patient',
    '/fhir/Patient/none',
  ]) {
    expect(await cache(url), url).toBe('no-store');
  }
  expect(await cache('/')).toBe('no-cache');
  expect(await cache('/clients/42')).toBe('no-cache');
  expect(await cache(`/${hashed}`)).toBe('public, max-age=31536000, immutable');
});

test('the app’s screens fall back to its page; the API’s unknown addresses do not', async () => {
  const screen = await server.ask(undefined, 'GET', '/clients/42');
  expect([screen.status, screen.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  expect((await server.ask(undefined, 'GET', `/${hashed}`)).headers['content-type']).toBe('application/wasm');
  for (const url of ['/fhir/a/b/c/d/e', '/auth/nothing', '/missing.js']) {
    expect((await server.ask(undefined, 'GET', url)).status, url).toBe(404);
  }
  expect(screen.headers['content-security-policy']).toContain("script-src 'self' 'wasm-unsafe-eval'");
});

test('requests and answers may be gzipped; one that unpacks beyond the limit is refused', async () => {
  const of = await server.registerClient(server.ana);
  const notes = Array.from({ length: 20 }, () => server.note(server.ana, of));
  const send = (payload: Buffer) =>
    server.app.inject({
      method: 'POST',
      url: '/fhir',
      payload,
      headers: {
        authorization: `Bearer ${server.ana.token}`,
        'content-type': 'application/fhir+json',
        'content-encoding': 'gzip',
        'accept-encoding': 'gzip',
      },
    });
  const answer = await send(gzipSync(JSON.stringify(bundleOf('batch', notes))));
  expect([answer.statusCode, answer.headers['content-encoding']]).toEqual([200, 'gzip']);
  const body = JSON.parse(gunzipSync(answer.rawPayload).toString()) as { entry: unknown[] };
  expect(body.entry).toHaveLength(20);
  expect((await send(gzipSync(Buffer.alloc(6 * 1024 * 1024)))).statusCode).toBe(413);
  expect((await send(Buffer.from('not gzip'))).statusCode).toBe(400);
});

test('tickets are downloaded and commands obeyed on this machine only, under its own name', async () => {
  const get = (remoteAddress: string, host: string) =>
    server.app.inject({ url: `/tickets/${ticketName}`, remoteAddress, headers: { host } });
  expect((await get('127.0.0.1', 'localhost:8787')).statusCode).toBe(200);
  expect((await get('192.0.2.7', 'localhost:8787')).statusCode).toBe(404);
  expect((await get('127.0.0.1', 'evil.example')).statusCode).toBe(404);
  const command = (remoteAddress: string, token: string) =>
    server.app.inject({
      url: '/admin/tickets',
      remoteAddress,
      headers: { host: 'localhost', authorization: `Bearer ${token}` },
    });
  expect((await command('127.0.0.1', 'secret')).statusCode).toBe(200);
  expect((await command('192.0.2.7', 'secret')).statusCode).toBe(401);
  expect((await command('127.0.0.1', 'guessed')).statusCode).toBe(401);
});

test('an administrator elsewhere issues a ticket and downloads its file with their token; nobody else does', async () => {
  const ada = await server.addDevice('ada');
  const elsewhere = (device: TestDevice | undefined, url: string, payload?: object) =>
    server.app.inject({
      url,
      remoteAddress: '192.0.2.7',
      headers: {
        host: 'clinic.example',
        ...(device === undefined ? {} : { authorization: `Bearer ${device.token}` }),
      },
      ...(payload === undefined ? {} : { method: 'POST', payload }),
    });
  for (const device of [server.ana, server.sue]) {
    expect((await elsewhere(device, '/admin/tickets', { clinician: 'Ben Ode' })).statusCode).toBe(403);
  }
  const issued = await elsewhere(ada, '/admin/tickets', { clinician: 'Ben Ode', days: 3 });
  const ticket = issued.json<HandedTicket>();
  expect(issued.statusCode).toBe(200);
  expect(ticket).toMatchObject({
    practitioner: 'Ben Ode',
    expiresAt: server.clock.now() + 3 * 86_400_000,
    activationCode: expect.stringMatching(/^(?:[0-9A-Z]{4}-){4}[0-9A-Z*~$=U]$/u),
  });
  const { pathname } = new URL(ticket.url);
  expect((await elsewhere(undefined, pathname)).statusCode).toBe(404);
  expect((await elsewhere(server.sue, pathname)).statusCode).toBe(403);
  const file = await elsewhere(ada, pathname);
  expect(file.headers['content-disposition']).toContain('ticket.fieldchart');
  expect(ticketFile.parse(file.json())).toMatchObject({
    ticket: ticket.ticket,
    caseload: expect.any(String),
  });

  const event = await storage.db
    .selectFrom('audit')
    .select(['practitioner_id', 'device_id', 'body'])
    .where('action', '=', 'ticket-issued')
    .executeTakeFirstOrThrow();
  expect(event).toMatchObject({ practitioner_id: 'ada', device_id: ada.id });
  expect(JSON.stringify(event.body)).toContain(ticket.id);
  const list = async () => (await elsewhere(ada, '/admin/tickets')).json<ListedTicket[]>();
  expect(await list()).toMatchObject([{ id: ticket.id, state: 'open' }]);
  expect((await elsewhere(ada, '/admin/tickets/revoke', { id: ticket.id })).statusCode).toBe(200);
  expect(await list()).toMatchObject([{ id: ticket.id, state: 'revoked' }]);
  expect((await elsewhere(ada, pathname)).statusCode).toBe(404);
});
