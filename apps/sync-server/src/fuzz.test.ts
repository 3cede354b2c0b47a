import { createHash } from 'node:crypto';
import { base64UrlEncode, utf8Encode } from '@fieldchart/foundation';
import fc from 'fast-check';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { revokeDevice } from './identity/deviceDesk.ts';
import { openPGlite } from './storage/openStorage.ts';
import { type TestDevice, type TestServer, openTestServer, system, tokenForm } from './testing/testServer.ts';

// Bodies and tokens that nobody expected: a coded refusal, no fault inside, no changed row.

/** `npm run fuzz -- --runs N --seed S` sets both. */
const numRuns = Number(process.env['FIELDCHART_FUZZ_RUNS'] ?? 1000);
const seed = process.env['FIELDCHART_FUZZ_SEED'];
const runs = { numRuns, ...(seed === undefined ? {} : { seed: Number(seed) }) };

const json = { 'content-type': 'application/json' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const digest = (text: string) => createHash('sha256').update(text).digest('base64url');

const storage = await openPGlite();
afterAll(() => storage.close());
let server: TestServer;
beforeEach(async () => {
  server = await openTestServer(storage);
});

async function withdrawn({ ana, clock, random }: TestServer): Promise<TestDevice> {
  await revokeDevice({ db: storage.db, clock, random }, ana.id, { erase: false, actor: system });
  const assertion = tokenForm(await server.assertion(ana));
  const granted = await server.ask(undefined, 'POST', '/auth/token', assertion, form);
  return { ...ana, token: String(granted.body.access_token) };
}

test('no body makes the identity routes fail inside or change a row', async () => {
  const limited = await withdrawn(server);
  const rows = async () => {
    const { db } = storage;
    return JSON.stringify([
      await db.selectFrom('device').selectAll().orderBy('id').execute(),
      await db.selectFrom('ticket').selectAll().execute(),
      await db.selectFrom('sealed_work').selectAll().execute(),
      await db.selectFrom('rescue_request').selectAll().execute(),
      await db.selectFrom('device_audit_link').selectAll().execute(),
    ]);
  };
  const before = await rows();
  const name = fc.constantFrom('ticket', 'device_id', 'public_key', 'proof', 'request', 'work', 'events');
  const bodies = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.dictionary(name, fc.jsonValue()).map((value) => JSON.stringify(value)),
    fc
      .base64String()
      .map((text) => JSON.stringify({ request: `FIELDCHART-RESCUE1.${text}.${digest(text).slice(0, 12)}` })),
  );
  const routes = fc.constantFrom(
    ['/auth/register', undefined, json] as const,
    ['/auth/token', undefined, form] as const,
    ['/auth/rescue', undefined, json] as const,
    ['/device/sealed-work', limited, json] as const,
    ['/device/audit', server.ben, json] as const,
  );
  await fc.assert(
    fc.asyncProperty(routes, bodies, async ([path, device, type], body) => {
      const answer = await server.ask(device, 'POST', path, body, type);
      expect([400, 401, 413, 415, 422, 429], path).toContain(answer.status);
    }),
    runs,
  );
  expect(await rows()).toBe(before);
});

test('assertions and access tokens of any shape are refused in form', async () => {
  const header = base64UrlEncode(utf8Encode('{"alg":"ES384"}'));
  const claims = fc.dictionary(fc.constantFrom('iss', 'sub', 'aud', 'jti', 'exp', 'iat'), fc.jsonValue());
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    claims.map((value) => `${header}.${base64UrlEncode(utf8Encode(JSON.stringify(value)))}.AAAA`),
    fc.tuple(fc.base64String(), fc.base64String(), fc.base64String()).map((parts) => parts.join('.')),
  );
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      const granted = await server.ask(undefined, 'POST', '/auth/token', tokenForm(text), form);
      expect([400, 401, 429]).toContain(granted.status);
      const read = await server.app.inject({
        url: '/fhir/$changes',
        headers: { authorization: `Bearer ${encodeURIComponent(text)}` },
      });
      expect(read.statusCode).toBe(401);
    }),
    runs,
  );
});
