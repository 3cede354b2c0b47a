import { WITHDRAWN_SCOPE, finalizeNote } from '@fieldchart/clinical';
import { beforeEach, expect, test } from 'vitest';
import { loadOrganization } from '../identity/organization.ts';
import { prepareRescue } from '../identity/rescueDesk.ts';
import { listAlerts } from '../identity/alerts.ts';
import { listDevices, markSealedWorkOpened, readSealedWork, revokeDevice } from '../identity/deviceDesk.ts';
import type { Storage } from '../storage/openStorage.ts';
import { register, rescueTextOf, sha256 } from './enrolling.ts';
import { signResource } from './signResource.ts';
import { bundleOf, tokenForm } from './requests.ts';
import { type TestDevice, type TestServer, openTestServer, system } from './testServer.ts';

const json = { 'content-type': 'application/json' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };

/** Withdrawal and erasure, and rescue. */
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
    expect(await upload()).toMatchObject({ status: 201, body: { sha256: sha256(work) } });
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
      expect(await upload(server.ana, work)).toMatchObject({ status: 201, body: { sha256: sha256(work) } });
      server.clock.advance(1000);
    }
    await upload(server.ben, works[0] ?? '');
    const listed = await listDevices(desk());
    const uploadsOf = (id: string) => listed.find((device) => device.id === id)?.sealedWork ?? [];
    expect(uploadsOf(server.ana.id).map(({ sha256 }) => sha256)).toEqual(works.map(sha256));
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
      const one = { deviceId: server.ana.id, sha256: sha256(work) };
      expect(await readSealedWork(desk(), { ...one, actor: system })).toEqual({ sha256: sha256(work), work });
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

  const organization = async () => {
    const loaded = await loadOrganization(storage().db);
    if (loaded === undefined) throw new Error('no organisation');
    return loaded;
  };
  test('a rescue: asked over the network, answered once, for the device that asked alone, in place of the lost key', async () => {
    const { request, signing, text } = await rescueTextOf(server, server.ana);
    const asked = await server.ask(undefined, 'POST', '/auth/rescue', { request: text }, json);
    expect(asked).toMatchObject({ status: 201, body: { id: request.id } });
    expect((await server.ask(undefined, 'GET', `/auth/rescue/${request.id}`)).status).toBe(404);

    const prepared = await prepareRescue({ ...desk(), organization: await organization() }, text, system);
    if (!prepared.ok) throw new Error(prepared.error.kind);
    const { ticket } = prepared.value;
    const stranger = await server.newDeviceKeys();
    expect((await register(server, ticket, { deviceId: server.uuid(), keys: stranger })).body.error).toBe(
      'ticket_not_for_device',
    );
    expect((await token(server.ana)).status).toBe(200);
    expect((await register(server, ticket, { deviceId: request.device_id, keys: signing })).status).toBe(201);
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
    const { request, signing, text } = await rescueTextOf(server, server.ana);
    const prepared = await prepareRescue({ ...desk(), organization: await organization() }, text, system);
    if (!prepared.ok) throw new Error(prepared.error.kind);
    await register(server, prepared.value.ticket, { deviceId: request.device_id, keys: signing });
    const rescued: TestDevice = { ...server.ana, ...signing, id: request.device_id, token: '' };
    const granted = await token(rescued);
    const sender = { ...rescued, token: String(granted.body.access_token) };
    expect((await server.ask(sender, 'POST', '/fhir', before)).status).toBe(200);
    server.clock.advance(60_000);
    const after = await signedNote();
    expect((await server.ask(sender, 'POST', '/fhir', after)).status).toBe(422);
  });

  test('a request that is none, for nobody here or for another organisation is refused and kept nowhere', async () => {
    const whole = await rescueTextOf(server, server.ana);
    const nobody = await rescueTextOf(server, server.ana, { practitioner: 'nobody' });
    const foreign = await rescueTextOf(server, server.ana, { organization: 'elsewhere' });
    const extra = await rescueTextOf(server, server.ana, { admin: true });
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
}
