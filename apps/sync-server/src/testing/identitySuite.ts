import { caseloadFile, ticketClaims } from '@fieldchart/clinical';
import { base64UrlDecode, utf8Decode, toFingerprint } from '@fieldchart/foundation';
import { calculateJwkThumbprint, compactDecrypt, compactVerify } from 'jose';
import { beforeEach, expect, test } from 'vitest';
import { listDevices } from '../identity/deviceDesk.ts';
import { loadOrganization } from '../identity/organization.ts';
import { toPlainJwk } from '../identity/importPublicKey.ts';
import { type IssuedTicket, issueTicket } from '../identity/issueTicket.ts';
import { readCaseloadFile } from '../fhir/caseloadFile.ts';
import type { Storage } from '../storage/openStorage.ts';
import { register } from './enrolling.ts';
import { tokenForm } from './requests.ts';
import { type AnyJson, BASE_URL, type TestDevice, type TestServer, openTestServer } from './testServer.ts';

/** Tickets, registration and tokens, on every database. */
export function defineIdentitySuite(storage: () => Storage): void {
  let server: TestServer;
  beforeEach(async () => {
    server = await openTestServer(storage());
  });

  const issue = async (): Promise<IssuedTicket> => {
    const organization = await loadOrganization(storage().db);
    if (organization === undefined) throw new Error('no organisation');
    const deps = { db: storage().db, clock: server.clock, random: server.random };
    const ana = { id: 'ana', name: 'Ana Ruiz', role: 'clinician' } as const;
    const caseload = await readCaseloadFile(storage().db, 'ana');
    return issueTicket(deps, organization, ana, { caseload });
  };

  const open = async (issued: IssuedTicket): Promise<string> => {
    const password = issued.activationCode.replaceAll('-', '').slice(0, 16);
    const { plaintext } = await compactDecrypt(
      issued.ticket.split('.').slice(1, -1).join('.'),
      new TextEncoder().encode(password),
      {
        keyManagementAlgorithms: ['PBES2-HS512+A256KW'],
        contentEncryptionAlgorithms: ['A256GCM'],
        maxPBES2Count: 600_000,
      },
    );
    return utf8Decode(plaintext);
  };

  const token = (assertion: string) =>
    server.ask(undefined, 'POST', '/auth/token', tokenForm(assertion), {
      'content-type': 'application/x-www-form-urlencoded',
    });

  test('a ticket opens with its activation code, is signed by the organisation, and its file holds the caseload', async () => {
    const of = await server.registerClient(server.ana);
    const issued = await issue();
    const organization = await loadOrganization(storage().db);
    if (organization === undefined) throw new Error('no organisation');
    const { payload } = await compactVerify(await open(issued), organization.verifyingKey);
    const claims = ticketClaims.parse(JSON.parse(utf8Decode(payload)));
    expect(claims).toMatchObject({ iss: 'org', sub: 'ana', role: 'clinician', server: BASE_URL });
    const { plaintext } = await compactDecrypt(
      issued.file.caseload ?? '',
      base64UrlDecode(claims.caseload_key ?? ''),
      { maxDecompressedLength: 10_000_000 },
    );
    const caseload = caseloadFile.parse(JSON.parse(utf8Decode(plaintext)));
    const keys = caseload.bundle.entry?.map((entry) => entry.fullUrl);
    expect(keys).toContain(`Patient/${of.clientId}`);
    const resumed = await server.ask(server.ana, 'GET', `/fhir/$changes?_cursor=${caseload.cursor}`);
    expect(resumed.body.entry).toEqual([]);
  });

  test('a ticket registers one device; the same asks again in peace, another is refused and audited', async () => {
    const jwt = await open(await issue());
    const keys = await server.newDeviceKeys();
    const deviceId = server.uuid();
    expect((await register(server, jwt, { deviceId, keys })).status).toBe(201);
    expect((await register(server, jwt, { deviceId, keys })).status).toBe(200);
    const late = await server.newDeviceKeys();
    const second = await register(server, jwt, { keys: late });
    expect([second.status, second.body.error]).toEqual([409, 'ticket_used']);
    const audit = await storage().db.selectFrom('audit').select('body').orderBy('number').execute();
    const fingerprints = {
      'first-key': toFingerprint(await calculateJwkThumbprint(toPlainJwk(keys.publicKey))),
      'second-key': toFingerprint(await calculateJwkThumbprint(toPlainJwk(late.publicKey))),
    };
    const said = audit.at(-1)?.body as AnyJson;
    const details = said.entity.flatMap((entity: AnyJson) => entity.detail ?? []);
    for (const [type, valueString] of Object.entries(fingerprints)) {
      expect(details).toContainEqual({ type, valueString });
    }
    const alerts = await storage().db.selectFrom('alert').select(['kind', 'device_id', 'details']).execute();
    expect(alerts).toEqual([{ kind: 'ticket-used-twice', device_id: deviceId, details: fingerprints }]);
    const listed = (await listDevices(storage())).find(({ id }) => id === deviceId);
    expect(listed?.fingerprint).toBe(fingerprints['first-key']);
    const granted = await token(await server.assertion({ ...server.ana, id: deviceId, ...keys }));
    expect(granted.body).toMatchObject({ token_type: 'bearer', expires_in: 300 });
  });

  test('a forged, withdrawn or late ticket and a proof of something else register nothing', async () => {
    const jwt = await open(await issue());
    const forged = `${jwt.slice(0, -8)}AAAAAAAA`;
    expect((await register(server, forged)).body.error).toBe('ticket_invalid');
    expect((await register(server, jwt, { proof: { device: server.uuid() } })).body.error).toBe(
      'proof_invalid',
    );
    expect((await register(server, jwt, { proof: { aud: 'https://elsewhere.example' } })).body.error).toBe(
      'proof_invalid',
    );
    await storage().db.updateTable('ticket').set({ revoked_at: 1 }).execute();
    expect((await register(server, jwt)).body.error).toBe('ticket_revoked');
    await storage().db.updateTable('ticket').set({ revoked_at: null }).execute();
    server.clock.advance(15 * 86_400_000);
    expect((await register(server, jwt)).body.error).toBe('ticket_expired');
    const answer = await server.ask(undefined, 'POST', '/auth/register', '{', {
      'content-type': 'application/json',
    });
    expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
  });

  test('an assertion is answered once, and only for the key and the address it was made for', async () => {
    const assertion = await server.assertion(server.ana);
    expect((await token(assertion)).status).toBe(200);
    expect((await token(assertion)).body.error).toBe('invalid_client');
    const elsewhere = await server.assertion(server.ana, { aud: 'https://elsewhere.example/auth/token' });
    expect((await token(elsewhere)).body.error).toBe('invalid_client');
    const stolen = await server.assertion({ ...server.ana, privateKey: server.ben.privateKey });
    expect((await token(stolen)).body.error).toBe('invalid_client');
    const raised = await storage().db.selectFrom('alert').select(['kind', 'device_id']).execute();
    expect(raised).toEqual([{ kind: 'assertion-replayed', device_id: server.ana.id }]);
  });

  test('a clock behind by more than the life of an assertion and a minute, or ahead by more than a minute, is told the time and reported', async () => {
    const now = Math.floor(server.clock.now() / 1000);
    const lasting = async (device: TestDevice, behind: number) =>
      token(await server.assertion(device, { iat: now - behind, exp: now - behind + 120 }));
    for (const [device, behind] of [
      [server.ana, 181],
      [server.ben, -61],
    ] as const) {
      const answer = await lasting(device, behind);
      expect([answer.status, answer.body.error]).toEqual([401, 'clock_skew']);
      expect(Date.parse(answer.body.server_time)).toBe(server.clock.now());
      const again = await lasting(device, behind);
      expect(again.body.error).toBe('clock_skew');
      const within = await lasting(device, behind - Math.sign(behind));
      expect(within.status).toBe(200);
    }
    const alerts = await storage()
      .db.selectFrom('alert')
      .select(['kind', 'device_id', 'practitioner_id', 'details', 'closed_at'])
      .orderBy('number')
      .execute();
    expect(alerts).toEqual([
      {
        kind: 'clock-wrong',
        device_id: server.ana.id,
        practitioner_id: 'ana',
        details: { 'seconds-ahead': '-181' },
        closed_at: null,
      },
      {
        kind: 'clock-wrong',
        device_id: server.ben.id,
        practitioner_id: 'ben',
        details: { 'seconds-ahead': '61' },
        closed_at: null,
      },
    ]);
    // Made out for longer than an assertion may be good for: as wrong as a clock that is ahead.
    const endless = await token(await server.assertion(server.sue, { exp: now + 361 }));
    expect(endless.body.error).toBe('clock_skew');
  });
}
