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
    ['/device/sealed-work', server.ben, json] as const,
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

test('no body makes the review inbox or its desk fail inside, or keeps what is no late work', async () => {
  const admin = { token: 'operator', ticketFolder: '/nonexistent' };
  server = await openTestServer(storage, { admin });
  const of = await server.registerClient(server.ana);
  const operator: TestDevice = { ...server.ana, token: admin.token };
  const rows = async () => {
    const { db } = storage;
    return JSON.stringify([
      await db.selectFrom('review_item').selectAll().execute(),
      await db.selectFrom('review_entry').selectAll().execute(),
      await db.selectFrom('history').select('sequence').orderBy('sequence').execute(),
    ]);
  };
  const before = await rows();
  const method = fc.constantFrom('PUT', 'POST', 'DELETE', 7);
  const request = fc.record(
    {
      method,
      url: fc.oneof(fc.string(), fc.constant('Patient/x')),
      ifMatch: fc.jsonValue(),
      extension: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  const note = server.note(server.ben, of);
  const resource = fc.oneof(
    fc.jsonValue(),
    // A stranger's, whole but for one element.
    fc
      .tuple(fc.constantFrom(...Object.keys(note)), fc.jsonValue())
      .map(([key, value]) => ({ ...note, [key]: value })),
  );
  const entries = fc.array(fc.record({ resource, request }, { requiredKeys: [] }), { maxLength: 3 });
  const bundles = fc
    .record({
      type: fc.constantFrom('batch', 'transaction', 'history'),
      entry: fc.oneof(entries, fc.jsonValue()),
    })
    .map((bundle) => JSON.stringify({ resourceType: 'Bundle', ...bundle }));
  const fields = fc
    .dictionary(fc.constantFrom('id', 'reason'), fc.jsonValue())
    .map((value) => JSON.stringify(value));
  const bodies = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), bundles, fields);
  const fhir = { 'content-type': 'application/fhir+json' };
  const routes = fc.constantFrom(
    ['/fhir/$review', server.ben, fhir] as const,
    ['/admin/review/read', operator, json] as const,
    ['/admin/review/accept', operator, json] as const,
    ['/admin/review/set-aside', operator, json] as const,
    ['/admin/sealed-work/opened', operator, json] as const,
  );
  await fc.assert(
    fc.asyncProperty(routes, bodies, async ([path, device, type], body) => {
      const answer = await server.ask(device, 'POST', path, body, type);
      expect([200, 400, 403, 404, 409, 413, 415, 422], path).toContain(answer.status);
      if (answer.status !== 200) return;
      for (const { response } of answer.body.entry) expect(response.status).not.toMatch(/^20/u);
    }),
    runs,
  );
  expect(await rows()).toBe(before);
});

test('cursors, waits, page links and instants of any shape are refused in form, and start no new epoch', async () => {
  const good = String(
    (await server.ask(server.ana, 'GET', '/fhir/$changes?_count=1000')).body.link[0].url.match(
      /_cursor=([^&]+)/u,
    )[1],
  );
  const [content = '', mark = ''] = good.split('.');
  const epoch = () =>
    storage.db.selectFrom('organization').select(['epoch', 'version_floor']).executeTakeFirst();
  const before = await epoch();
  const forged = fc
    .array(fc.oneof(fc.nat(), fc.string(), fc.constant(-1)), { maxLength: 7 })
    .map((parts) => `${base64UrlEncode(utf8Encode(JSON.stringify(parts)))}.${mark}`);
  const bent = fc
    .tuple(fc.nat(good.length - 1), fc.base64String({ minLength: 1, maxLength: 4 }))
    .map(([at, piece]) => `${good.slice(0, at)}${piece}${good.slice(at + 1)}`);
  const texts = fc.oneof(fc.string({ unit: 'binary' }), forged, bent, fc.constant(content));
  const questions = fc.constantFrom(
    '/fhir/$changes?_cursor=',
    '/fhir/$changes?_count=1&_wait=',
    '/fhir/_history?_page=',
    '/fhir/Patient/_history?_since=',
    '/fhir/Patient/x/_history?_count=',
  );
  await fc.assert(
    fc.asyncProperty(questions, texts, async (question, text) => {
      const answer = await server.ask(server.ana, 'GET', `${question}${encodeURIComponent(text)}`);
      expect([200, 400, 404, 410], question).toContain(answer.status);
      const header = { 'fieldchart-cursor': encodeURIComponent(text) };
      const pushed = await server.ask(
        server.ana,
        'POST',
        '/fhir',
        { resourceType: 'Bundle', type: 'batch' },
        header,
      );
      expect([200, 410]).toContain(pushed.status);
    }),
    runs,
  );
  expect(await epoch()).toEqual(before);
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
