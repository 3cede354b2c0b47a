import { createHash } from 'node:crypto';
import {
  type AuditLink,
  FIRST_PREVIOUS,
  WITHDRAWN_SCOPE,
  auditLinkContent,
  auditLinkToEvent,
  finalizeNote,
} from '@fieldchart/clinical';
import { base64UrlEncode, toInstant, utf8Encode } from '@fieldchart/foundation';
import { beforeEach, expect, test } from 'vitest';
import { loadOrganization } from '../identity/organization.ts';
import { prepareRescue } from '../identity/rescueDesk.ts';
import { listAlerts } from '../identity/alerts.ts';
import { listDevices, markSealedWorkOpened, readSealedWork, revokeDevice } from '../identity/deviceDesk.ts';
import type { Storage } from '../storage/openStorage.ts';
import { signResource } from './signResource.ts';
import {
  BASE_URL,
  type TestDevice,
  type TestServer,
  bundleOf,
  openTestServer,
  signJson,
  system,
  tokenForm,
} from './testServer.ts';

const json = { 'content-type': 'application/json' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const digest = (text: string) => createHash('sha256').update(text).digest('base64url');

/** Withdrawal and erasure, rescue, and the devices' own audit chains. */
export function defineDeviceSuite(storage: () => Storage): void {
  let server: TestServer;
  beforeEach(async () => {
    server = await openTestServer(storage());
  });
  const desk = () => ({ db: storage().db, clock: server.clock, random: server.random });
  const token = async (device: TestDevice) =>
    server.ask(undefined, 'POST', '/auth/token', tokenForm(await server.assertion(device)), form);
  const withdrawn = async (erase = false): Promise<TestDevice> => {
    await revokeDevice(desk(), server.ana.id, { erase, actor: system });
    const granted = await token(server.ana);
    expect(granted.body).toMatchObject({ device_status: 'revoked', erase, scope: WITHDRAWN_SCOPE });
    return { ...server.ana, token: String(granted.body.access_token) };
  };

  test('a withdrawn device loses its token at once, and may then send sealed work and its erasure, nothing else', async () => {
    const of = await server.registerClient(server.ana);
    const limited = await withdrawn(true);
    expect((await server.ask(server.ana, 'GET', `/fhir/Patient/${of.clientId}`)).status).toBe(401);
    for (const [method, path] of [
      ['GET', `/fhir/Patient/${of.clientId}`],
      ['GET', '/fhir/$changes'],
      ['POST', '/device/audit'],
    ] as const) {
      const answer = await server.ask(
        limited,
        method,
        path,
        method === 'POST' ? { events: [] } : undefined,
        json,
      );
      expect(answer.status, path).toBe(403);
    }
    const work = 'aaaa.bbbb.cccc.dddd.eeee';
    const upload = () => server.ask(limited, 'POST', '/device/sealed-work', { work }, json);
    expect(await upload()).toMatchObject({ status: 201, body: { sha256: digest(work) } });
    expect((await upload()).status).toBe(201);
    expect(await storage().db.selectFrom('sealed_work').select('work').execute()).toEqual([{ work }]);
    expect((await server.ask(limited, 'POST', '/device/erased', {}, json)).status).toBe(204);
    const { erased_at: erasedAt } = await storage()
      .db.selectFrom('device')
      .select('erased_at')
      .where('id', '=', server.ana.id)
      .executeTakeFirstOrThrow();
    expect(erasedAt).toBe(server.clock.now());
    expect((await server.ask(server.ben, 'POST', '/device/erased', {}, json)).status).toBe(403);
  });

  test('D3: an active device too may send what only the rescue key opens: each upload once, kept until it was opened and after', async () => {
    const upload = (device: TestDevice, work: string) =>
      server.ask(device, 'POST', '/device/sealed-work', { work }, json);
    const works = ['aa.bb.cc.dd.ee', 'ff.bb.cc.dd.ee', 'gg.bb.cc.dd.ee'];
    for (const work of [...works, ...works]) {
      expect(await upload(server.ana, work)).toMatchObject({ status: 201, body: { sha256: digest(work) } });
      server.clock.advance(1000);
    }
    await upload(server.ben, works[0] ?? '');
    const listed = await listDevices(desk());
    const uploadsOf = (id: string) => listed.find((device) => device.id === id)?.sealedWork ?? [];
    expect(uploadsOf(server.ana.id).map(({ sha256 }) => sha256)).toEqual(works.map(digest));
    expect(uploadsOf(server.ben.id)).toHaveLength(1);
    const audited = await storage()
      .db.selectFrom('audit')
      .select('device_id')
      .where('action', '=', 'sealed-work-received')
      .orderBy('number')
      .execute();
    expect(audited.map((row) => row.device_id)).toEqual([...works.map(() => server.ana.id), server.ben.id]);

    const open = async () =>
      (await listAlerts(storage().db))
        .filter(({ closed_at: closed, device_id: device }) => closed === null && device === server.ana.id)
        .map(({ kind }) => kind);
    for (const work of works) {
      expect(await open()).toEqual(['sealed-work-waiting']);
      const one = { deviceId: server.ana.id, sha256: digest(work) };
      expect(await readSealedWork(desk(), { ...one, actor: system })).toEqual({ sha256: digest(work), work });
      expect(await markSealedWorkOpened(desk(), one)).toBe(true);
    }
    expect(await open()).toEqual([]);
    expect(await markSealedWorkOpened(desk(), { deviceId: server.ana.id, sha256: 'other' })).toBe(false);
    await upload(server.ana, 'hh.bb.cc.dd.ee');
    expect(await open()).toEqual(['sealed-work-waiting']);
    expect(
      (await readSealedWork(desk(), { deviceId: server.ana.id, sha256: undefined, actor: system }))?.work,
    ).toBe('hh.bb.cc.dd.ee');
    for (const malformed of [{}, { work: 'text' }, { work: works[0], more: 1 }]) {
      expect((await server.ask(server.ana, 'POST', '/device/sealed-work', malformed, json)).status).toBe(400);
    }
    expect(
      (await server.ask(undefined, 'POST', '/device/sealed-work', { work: works[0] }, json)).status,
    ).toBe(401);
  });

  const rescueText = async (changes: object = {}) => {
    const agreement = await server.newDeviceKeys();
    const signing = await server.newDeviceKeys();
    const request = {
      id: server.uuid(),
      organization: 'org',
      practitioner: 'ana',
      device: server.ana.id,
      sealed: 'aa.bb.cc.dd.ee',
      agreement_key: agreement.publicKey,
      device_id: server.uuid(),
      signing_key: signing.publicKey,
      iat: Math.floor(server.clock.now() / 1000),
      ...changes,
    };
    const body = `FIELDCHART-RESCUE1.${base64UrlEncode(utf8Encode(JSON.stringify(request)))}`;
    return { request, signing, text: `${body}.${digest(body).slice(0, 12)}` };
  };
  const organization = async () => {
    const loaded = await loadOrganization(storage().db);
    if (loaded === undefined) throw new Error('no organisation');
    return loaded;
  };
  const register = async (
    jwt: string,
    deviceId: string,
    keys: Pick<TestDevice, 'privateKey' | 'publicKey'>,
  ) => {
    const { jti } = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as {
      jti: string;
    };
    const iat = Math.floor(server.clock.now() / 1000);
    const proof = await signJson({ aud: BASE_URL, ticket: jti, device: deviceId, iat }, keys.privateKey);
    const body = { ticket: jwt, device_id: deviceId, public_key: keys.publicKey, proof };
    return server.ask(undefined, 'POST', '/auth/register', body, json);
  };

  test('a rescue: asked over the network, answered once, for the device that asked alone, in place of the lost key', async () => {
    const { request, signing, text } = await rescueText();
    const asked = await server.ask(undefined, 'POST', '/auth/rescue', { request: text }, json);
    expect(asked).toMatchObject({ status: 201, body: { id: request.id } });
    expect((await server.ask(undefined, 'GET', `/auth/rescue/${request.id}`)).status).toBe(404);

    const prepared = await prepareRescue({ ...desk(), organization: await organization() }, text, system);
    if (!prepared.ok) throw new Error(prepared.error.kind);
    const { ticket } = prepared.value;
    const stranger = await server.newDeviceKeys();
    expect((await register(ticket, server.uuid(), stranger)).body.error).toBe('ticket_not_for_device');
    expect((await token(server.ana)).status).toBe(200);
    expect((await register(ticket, request.device_id, signing)).status).toBe(201);
    expect((await token(server.ana)).body.error).toBe('invalid_client');
    const rescued = { ...server.ana, ...signing, id: request.device_id };
    expect((await token(rescued)).body).toMatchObject({ token_type: 'bearer' });
  });

  test('O6, C2: what the lost key signed before it was replaced still stands; what it signs afterwards does not', async () => {
    const of = await server.registerClient(server.ana);
    const signedNote = async () => {
      const note = server.note(server.ana, of);
      const final = finalizeNote(note, { attesterId: 'ana', now: server.clock.now() });
      return bundleOf('transaction', [final, await signResource(server, final, server.ana)]);
    };
    const before = await signedNote();
    server.clock.advance(60_000);
    const { request, signing, text } = await rescueText();
    const prepared = await prepareRescue({ ...desk(), organization: await organization() }, text, system);
    if (!prepared.ok) throw new Error(prepared.error.kind);
    await register(prepared.value.ticket, request.device_id, signing);
    const rescued: TestDevice = { ...server.ana, ...signing, id: request.device_id, token: '' };
    const granted = await token(rescued);
    const sender = { ...rescued, token: String(granted.body.access_token) };
    expect((await server.ask(sender, 'POST', '/fhir', before)).status).toBe(200);
    server.clock.advance(60_000);
    const after = await signedNote();
    expect((await server.ask(sender, 'POST', '/fhir', after)).status).toBe(422);
  });

  test('a request that is none, for nobody here or for another organisation is refused and kept nowhere', async () => {
    const whole = await rescueText();
    const nobody = await rescueText({ practitioner: 'nobody' });
    const foreign = await rescueText({ organization: 'elsewhere' });
    const extra = await rescueText({ admin: true });
    for (const [request, reason] of [
      [whole.text.slice(0, -20), 'truncated'],
      [whole.text.replace(/.(?=.{40}$)/u, '!'), 'altered'],
      ['FIELDCHART1.a.b', 'wrong-kind'],
      ['hello', 'malformed'],
      [nobody.text, 'unknown-practitioner'],
      [foreign.text, 'other-organization'],
      [extra.text, 'malformed'],
    ] as const) {
      const answer = await server.ask(undefined, 'POST', '/auth/rescue', { request }, json);
      expect([answer.status, answer.body.error_description]).toEqual([400, `the request is ${reason}`]);
    }
    expect(await storage().db.selectFrom('rescue_request').selectAll().execute()).toEqual([]);
  });

  const chain = (length: number): AuditLink[] => {
    const links: AuditLink[] = [];
    for (let number = 1; number <= length; number += 1) {
      const link = {
        number,
        at: toInstant(server.clock.now() + number),
        action: 'unlock',
        details: { try: String(number) },
        previous: links.at(-1)?.hash ?? FIRST_PREVIOUS,
      } as const;
      links.push({ ...link, hash: digest(auditLinkContent(link)) });
    }
    return links;
  };
  const send = (links: readonly AuditLink[]) =>
    server.ask(
      server.ana,
      'POST',
      '/device/audit',
      {
        events: links.map((link) =>
          auditLinkToEvent(link, { id: server.uuid(), deviceId: server.ana.id, practitionerId: 'ana' }),
        ),
      },
      json,
    );
  const alerts = () =>
    storage().db.selectFrom('alert').select(['kind', 'subject', 'closed_at']).orderBy('number').execute();

  test('a device’s audit links are kept once each; a whole chain raises nothing', async () => {
    const links = chain(5);
    expect((await send(links.slice(0, 3))).body).toEqual({ up_to: 3 });
    expect((await send(links)).body).toEqual({ up_to: 5 });
    expect(await alerts()).toEqual([]);
    const kept = await storage()
      .db.selectFrom('audit')
      .select('id')
      .where('action', '=', 'device-link')
      .execute();
    expect(kept).toHaveLength(5);
  });

  test('a missing link is reported, and closed when it comes; an altered one is reported for good', async () => {
    const links = chain(4);
    const [first, second, third, fourth] = links;
    if (!first || !second || !third || !fourth) throw new Error('no chain');
    expect((await send([first, third])).body).toEqual({ up_to: 1 });
    expect(await alerts()).toMatchObject([{ kind: 'audit-gap', closed_at: null }]);
    expect((await send([second])).body).toEqual({ up_to: 3 });
    expect(await alerts()).toMatchObject([{ kind: 'audit-gap', closed_at: server.clock.now() }]);

    await send([{ ...fourth, details: { try: 'another' } }]);
    expect((await alerts()).at(-1)).toMatchObject({ kind: 'audit-altered', subject: `${server.ana.id} 4` });
    const rewritten = { ...second, details: { try: 'never' } };
    await send([{ ...rewritten, hash: digest(auditLinkContent(rewritten)) }]);
    expect((await alerts()).at(-1)).toMatchObject({ kind: 'audit-altered', subject: `${server.ana.id} 2` });
    const other = { ...fourth, number: 5, previous: first.hash };
    await send([{ ...other, hash: digest(auditLinkContent(other)) }]);
    expect((await alerts()).at(-1)).toMatchObject({ kind: 'audit-altered', subject: `${server.ana.id} 5` });
  });

  test('what is no link is refused whole', async () => {
    const [first] = chain(1);
    if (first === undefined) throw new Error('no chain');
    const event = auditLinkToEvent(first, { id: server.uuid(), deviceId: 'x', practitionerId: 'ana' });
    const answer = await server.ask(server.ana, 'POST', '/device/audit', { events: [event, {}] }, json);
    expect(answer.status).toBe(400);
    expect(await storage().db.selectFrom('device_audit_link').selectAll().execute()).toEqual([]);
  });
}
