import { base64UrlEncode, utf8Encode } from '@fieldchart/foundation';
import { fuzzRuns } from '@fieldchart/foundation/testing';
import fc from 'fast-check';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { findClient } from './emergency/findClient.ts';
import { openPGlite } from './storage/openStorage.ts';
import { type TestDevice, type TestServer, openTestServer } from './testing/testServer.ts';

// Bodies and tokens that nobody expected: a coded refusal, no fault inside, no changed row.

const runs = fuzzRuns();

const json = { 'content-type': 'application/json' };

const storage = await openPGlite();
afterAll(() => storage.close());
let server: TestServer;
beforeEach(async () => {
  server = await openTestServer(storage);
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

test('no body makes emergency access fail inside, or gives anybody to anyone', async () => {
  await server.registerClient(server.ana);
  const value = fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.constant('1980-02-03'));
  const parameter = fc.record(
    {
      name: fc.oneof(fc.constantFrom('identifier', 'family', 'birthDate', 'reason'), fc.jsonValue()),
      valueString: value,
      valueDate: value,
    },
    { requiredKeys: ['name'] },
  );
  // Whole in form, and anything inside.
  const whole = fc
    .tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary', minLength: 10 }))
    .map(([identifier, reason]) => [
      { name: 'identifier', valueString: identifier },
      { name: 'reason', valueString: reason },
    ]);
  const bodies = fc
    .oneof(whole, fc.array(parameter, { maxLength: 4 }), fc.jsonValue())
    .map((list) => JSON.stringify({ resourceType: 'Parameters', parameter: list }));
  await fc.assert(
    fc.asyncProperty(bodies, async (body) => {
      const { status } = await server.ask(server.ben, 'POST', '/fhir/Patient/$emergency-access', body);
      expect([400, 404, 422, 429]).toContain(status);
    }),
    runs,
  );
  // Past the limit of each hour, which the ones above reach at once.
  const text = fc.string({ unit: 'grapheme-composite', minLength: 1 }).filter((one) => !one.includes('\0'));
  const client = fc.oneof(
    text.map((identifier) => ({ by: 'identifier', identifier }) as const),
    text.map((family) => ({ by: 'name', family, birthDate: '1980-02-03' }) as const),
  );
  await fc.assert(
    fc.asyncProperty(client, async (wanted) => {
      expect(await storage.db.transaction().execute((trx) => findClient(trx, wanted))).toBeUndefined();
    }),
    runs,
  );
  expect(await storage.db.selectFrom('emergency_access').selectAll().execute()).toEqual([]);
});
