import { base64UrlEncode, utf8Encode } from '@fieldchart/foundation';
import { fuzzRuns } from '@fieldchart/foundation/testing';
import fc from 'fast-check';
import { SignJWT, decodeJwt } from 'jose';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { openPGlite } from '../storage/openStorage.ts';
import { registrationOf, rescueTextFrom, rescueTextOf } from '../testing/enrolling.ts';
import { signJson, tokenForm } from '../testing/requests.ts';
import { BASE_URL, type TestDevice, type TestServer, openTestServer, system } from '../testing/testServer.ts';
import { revokeDevice } from './deviceDesk.ts';
import { signTicket } from './issueTicket.ts';
import { type Organization, loadOrganization } from './organization.ts';

// Bodies, tokens, assertions and proofs that nobody expected: a coded refusal, no fault inside, no changed row. What is
// behind a signature is signed here, since a parser that is never reached is not tried.

const runs = fuzzRuns();

const json = { 'content-type': 'application/json' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };

const storage = await openPGlite();
afterAll(() => storage.close());
let server: TestServer;
let organization: Organization;
beforeEach(async () => {
  server = await openTestServer(storage);
  const loaded = await loadOrganization(storage.db);
  if (loaded === undefined) throw new Error('no organisation');
  organization = loaded;
});

const deps = () => ({ db: storage.db, clock: server.clock, random: server.random });

async function rows(): Promise<string> {
  const { db } = storage;
  return JSON.stringify([
    await db.selectFrom('device').selectAll().orderBy('id').execute(),
    await db.selectFrom('ticket').selectAll().execute(),
    await db.selectFrom('sealed_work').selectAll().execute(),
    await db.selectFrom('rescue_request').selectAll().execute(),
    await db.selectFrom('device_audit_link').selectAll().execute(),
  ]);
}

async function withdrawn({ ana }: TestServer): Promise<TestDevice> {
  await revokeDevice(deps(), ana.id, { erase: false, actor: system });
  const assertion = tokenForm(await server.assertion(ana));
  const granted = await server.ask(undefined, 'POST', '/auth/token', assertion, form);
  return { ...ana, token: String(granted.body.access_token) };
}

/** A whole object with some of its members replaced by anything, and some that do not belong there. */
function bent<Whole extends object>(whole: Whole) {
  const value = fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.constantFrom(-1, 0, 1e15, 1e308));
  const name = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...Object.keys(whole)) },
    { weight: 1, arbitrary: fc.string() },
  );
  return fc
    .tuple(
      fc.dictionary(name, value, { minKeys: 1, maxKeys: 3 }),
      fc.option(fc.constantFrom(...Object.keys(whole))),
    )
    .map(([changes, missing]) => {
      const changed: Record<string, unknown> = { ...whole, ...changes };
      if (missing !== null) delete changed[missing];
      return changed;
    })
    .filter((changed) => Object.entries(whole).some(([key, one]) => changed[key] !== one));
}

test('no body makes the identity routes fail inside or change a row', async () => {
  const limited = await withdrawn(server);
  const before = await rows();
  const name = fc.constantFrom('ticket', 'device_id', 'public_key', 'proof', 'request', 'work', 'events');
  const bodies = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.dictionary(name, fc.jsonValue()).map((value) => JSON.stringify(value)),
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
      expect([400, 401, 413, 415, 422], path).toContain(answer.status);
    }),
    runs,
  );
  expect(await rows()).toBe(before);
});

test('whatever a rescue request says, whole in form, is refused or kept as it is; nothing else changes', async () => {
  const { request } = await rescueTextOf(server, server.ana);
  const before = await rows();
  const contents = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    bent(request).map((value) => JSON.stringify(value)),
    fc
      .constantFrom('agreement_key', 'signing_key')
      .chain((key) =>
        bent(request[key as 'agreement_key']).map((value) => JSON.stringify({ ...request, [key]: value })),
      ),
  );
  const reasons = new Set<string>();
  await fc.assert(
    fc.asyncProperty(contents, async (content) => {
      const text = rescueTextFrom(content);
      const answer = await server.ask(undefined, 'POST', '/auth/rescue', { request: text }, json);
      const reason = String(answer.body.error_description ?? 'kept').replace('the request is ', '');
      reasons.add(reason);
      expect(['malformed', 'unknown-practitioner', 'other-organization', 'kept']).toContain(reason);
      expect(answer.status).toBe(reason === 'kept' ? 201 : 400);
      if (reason !== 'kept') return;
      // Another time or id than the clinician's own is a request all the same.
      const { body } = answer;
      const kept = await storage.db.selectFrom('rescue_request').select(['id', 'request']).execute();
      expect(kept.map(({ id }) => id)).toContain(body.id);
      await storage.db.deleteFrom('rescue_request').execute();
    }),
    runs,
  );
  expect(reasons).toContain('malformed');
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
      expect([400, 401]).toContain(granted.status);
      const read = await server.app.inject({
        url: '/fhir/$changes',
        headers: { authorization: `Bearer ${encodeURIComponent(text)}` },
      });
      expect(read.statusCode).toBe(401);
    }),
    runs,
  );
});

test('whatever a device signs as an assertion is refused, or says what an assertion must', async () => {
  const { ana } = server;
  const now = Math.floor(server.clock.now() / 1000);
  const aud = `${BASE_URL}/auth/token`;
  const whole = { iss: ana.id, sub: ana.id, aud, jti: server.uuid(), iat: now, exp: now + 60 };
  const before = await rows();
  const headers = fc.oneof(
    { weight: 6, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.dictionary(fc.constantFrom('typ', 'kid', 'cty', 'jwk'), fc.jsonValue()) },
  );
  await fc.assert(
    fc.asyncProperty(bent(whole), headers, async (claims, header) => {
      const assertion = await signJson(claims, ana.privateKey, header);
      const answer = await server.ask(undefined, 'POST', '/auth/token', tokenForm(assertion), form);
      expect([200, 400, 401]).toContain(answer.status);
      if (answer.status === 200) expect(claims).toMatchObject({ iss: ana.id, sub: ana.id, aud });
    }),
    runs,
  );
  expect(await rows()).toBe(before);
});

test('whatever the organisation signs as an access token opens nothing unless it is one', async () => {
  const { ana } = server;
  const now = Math.floor(server.clock.now() / 1000);
  const whole = {
    iss: organization.id,
    aud: `${BASE_URL}/fhir`,
    sub: 'ana',
    device: ana.id,
    role: 'clinician',
    scope: decodeJwt(ana.token)['scope'],
    exp: now + 300,
  };
  const read = async (claims: Record<string, unknown>) => {
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES384', typ: 'at+jwt' })
      .sign(organization.signingKey);
    return server.ask({ ...ana, token }, 'GET', '/fhir/$changes?_count=1');
  };
  expect((await read(whole)).status).toBe(200);
  await fc.assert(
    fc.asyncProperty(bent(whole), async (claims) => {
      const answer = await read(claims);
      expect([200, 401, 403]).toContain(answer.status);
      if (answer.status !== 200) return;
      expect(claims).toMatchObject({ sub: 'ana', device: ana.id, aud: whole.aud, iss: whole.iss });
    }),
    runs,
  );
});

test('no registration whose ticket, key or proof says something else registers, whoever signed it', async () => {
  const { jwt, claims } = await signTicket(
    deps(),
    organization,
    { id: 'ana', name: 'Ana Ruiz', role: 'clinician' },
    { days: 1, claims: {} },
  );
  const { iss, jti, sub, ...others } = claims;
  const keys = await server.newDeviceKeys();
  const deviceId = server.uuid();
  const whole = await registrationOf(server, jwt, { keys, deviceId });
  const said = { aud: BASE_URL, ticket: jti, device: deviceId };
  const header = { typ: 'fieldchart-ticket+jwt', kid: organization.keyId };
  const bodies = fc.oneof(
    bent(whole).map((body) => Promise.resolve(body)),
    bent(whole.public_key).map((key) => Promise.resolve({ ...whole, public_key: key })),
    bent(said).map(async (proof) => ({
      ...whole,
      proof: await signJson({ iat: others.iat, ...proof }, keys.privateKey),
    })),
    bent({ iss, jti, sub }).map(async (changed) => ({
      ...whole,
      ticket: await signJson({ ...others, ...changed }, organization.signingKey, header),
    })),
  );
  const before = await rows();
  await fc.assert(
    fc.asyncProperty(bodies, async (body) => {
      const answer = await server.ask(undefined, 'POST', '/auth/register', await body, json);
      expect([400, 401, 403, 409]).toContain(answer.status);
    }),
    runs,
  );
  expect(await rows()).toBe(before);
  expect((await server.ask(undefined, 'POST', '/auth/register', whole, json)).status).toBe(201);
});
