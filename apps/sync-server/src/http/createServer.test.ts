import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { openPGlite } from '../storage/openStorage.ts';
import { bundleOf, openTestServer } from '../testing/testServer.ts';

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
