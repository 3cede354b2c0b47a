import type { CareTeam, EmergencyClient } from '@fieldchart/clinical';
import { emergencyRequestToParameters, validateResource } from '@fieldchart/clinical';
import { beforeEach, expect, test } from 'vitest';
import { ASKED_PER_HOUR } from '../emergency/grantAccess.ts';
import { listAlerts } from '../identity/alerts.ts';
import type { Storage } from '../storage/openStorage.ts';
import { bundleOf, entryOf, newClient } from './requests.ts';
import { type AnyJson, type Answer, type TestDevice, type TestServer, openTestServer } from './testServer.ts';

const reason = 'Found unconscious at the bus stop';
const byName = { by: 'name', family: 'angstrom', birthDate: '1980-02-03' } as const;
const json = { 'content-type': 'application/json' };

/** Breaking the glass, on every database. Ben is in nobody's care team. */
export function defineEmergencySuite(storage: () => Storage): void {
  let server: TestServer;
  let of: { clientId: string; encounterId: string };
  let team: CareTeam;
  let start: string;
  beforeEach(async () => {
    server = await openTestServer(storage(), { admin: { token: 'operator', ticketFolder: '/nonexistent' } });
    of = { clientId: server.uuid(), encounterId: server.uuid() };
    const resources = newClient(server.ana, of.clientId, of.encounterId, server.uuid());
    team = resources[1] as CareTeam;
    await server.ask(server.ana, 'POST', '/fhir', bundleOf('transaction', resources));
    start = (await changes(server.ben)).cursor;
  });

  const askFor = (client: EmergencyClient, device = server.ben, why = reason): Promise<Answer> =>
    server.ask(
      device,
      'POST',
      '/fhir/Patient/$emergency-access',
      emergencyRequestToParameters({ client, reason: why }),
    );
  const parameter = ({ body }: Answer, name: string): AnyJson =>
    body.parameter.find((one: AnyJson) => one.name === name);
  const changes = async (device: TestDevice, cursor?: string) => {
    const query = cursor === undefined ? '' : `&_cursor=${cursor}`;
    const { body } = await server.ask(device, 'GET', `/fhir/$changes?_count=500${query}`);
    const keys: string[] = body.entry.map((entry: AnyJson) =>
      entry.resource.resourceType === 'Parameters'
        ? `${entry.resource.parameter[0].name} ${entry.resource.parameter[0].valueReference.reference}`
        : entry.fullUrl,
    );
    return { keys, cursor: new URL(body.link[0].url, 'http://x/').searchParams.get('_cursor') ?? '' };
  };
  const reads = async (device: TestDevice) =>
    (await server.ask(device, 'GET', `/fhir/Patient/${of.clientId}/$everything`)).status;
  const writes = async (device: TestDevice) =>
    (await server.ask(device, 'POST', '/fhir', bundleOf('transaction', [server.note(device, of)]))).status;
  const expire = () => storage().db.updateTable('emergency_access').set({ expires_at: 1 }).execute();
  const desk = (path: string, id: string) =>
    server.ask(server.sue, 'POST', `/admin/emergency-access/${path}`, { id }, json);
  const listed = async (): Promise<AnyJson[]> =>
    (await server.ask(server.sue, 'GET', '/admin/emergency-access')).body as AnyJson[];
  const openAlerts = async () => (await listAlerts(storage().db)).filter((alert) => alert.closed_at === null);
  const audited = async (action: string): Promise<AnyJson[]> => {
    const query = storage().db.selectFrom('audit').select('body').where('action', '=', action);
    return (await query.orderBy('number').execute()).map(({ body }) => body);
  };
  const setTeam = async (members: readonly string[], version: number) => {
    const participant = members.map((id) => ({ member: { reference: `Practitioner/${id}` } }));
    const entry = entryOf({ ...team, participant }, { ifMatch: `W/"${String(version)}"` });
    const answer = await server.ask(server.sue, 'POST', '/fhir', bundleOf('transaction', [entry]));
    expect(answer.status).toBe(200);
  };

  test('S3: emergency access gives one client for a time, to read and to write; the feed tells of it', async () => {
    const other = await server.registerClient(await server.addDevice('cleo'));
    await storage()
      .db.updateTable('resource')
      .set({ date: '1999-01-01' })
      .where('id', '=', other.clientId)
      .execute();
    expect([await reads(server.ben), await writes(server.ben)]).toEqual([404, 403]);
    const before = Date.now();
    const granted = await askFor(byName);
    expect(granted.status).toBe(200);
    expect(parameter(granted, 'client').valueReference.reference).toBe(`Patient/${of.clientId}`);
    const hours = (Date.parse(parameter(granted, 'until').valueInstant) - before) / 3_600_000;
    expect(hours).toBeCloseTo(24, 1);
    expect([await reads(server.ben), await writes(server.ben)]).toEqual([200, 200]);
    expect((await changes(server.ben, start)).keys).toContain(`access-gained Patient/${of.clientId}`);
    expect((await changes(server.ben)).keys).toContain(`access-gained Patient/${of.clientId}`);
    expect((await server.ask(server.ben, 'GET', `/fhir/Patient/${other.clientId}`)).status).toBe(404);
    // Whom else a client is for, emergency access does not decide.
    const joins = entryOf(
      { ...team, participant: [{ member: { reference: 'Practitioner/ben' } }] },
      { ifMatch: 'W/"1"' },
    );
    expect(
      (await server.ask(server.ben, 'POST', '/fhir', bundleOf('batch', [joins]))).body.entry[0],
    ).toMatchObject({ response: { status: expect.stringMatching(/^403/u) } });
  });

  test('S3: it is audited as breaking the glass, with its reason, and raises an alert that is closed by a look', async () => {
    await askFor(byName);
    const [event] = await audited('emergency-access');
    expect(validateResource(event)).toMatchObject({ ok: true });
    const purpose = { system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'BTG' };
    expect(event.agent[0].purposeOfUse[0].coding[0]).toMatchObject(purpose);
    expect(event.purposeOfEvent[0].coding[0]).toMatchObject(purpose);
    expect(JSON.stringify(event.entity)).toContain(reason);
    const [alert] = await openAlerts();
    expect(alert).toMatchObject({
      kind: 'emergency-access',
      practitioner_id: 'ben',
      device_id: server.ben.id,
    });
    expect(alert?.details['client']).toBe(of.clientId);
    const [access] = await listed();
    expect(access).toMatchObject({ practitioner: 'Ben Ode', clientId: of.clientId, reason, endedAt: null });
    expect((await desk('reviewed', access.id)).status).toBe(200);
    expect(await openAlerts()).toEqual([]);
    expect((await audited('emergency-access-reviewed'))[0].agent[0].who.reference).toBe('Practitioner/sue');
    expect(await audited('emergency-access-listed')).toHaveLength(1);
    expect((await desk('reviewed', 'nobody')).status).toBe(404);
    const log = server.logLines.join('\n');
    for (const secret of ['angstrom', 'bus stop', of.clientId]) expect(log).not.toContain(secret);
  });

  test('S3: at its time it ends with nothing having run: nothing is read or written, and the feed says so', async () => {
    await askFor(byName);
    const { cursor } = await changes(server.ben, start);
    await expire();
    expect([await reads(server.ben), await writes(server.ben)]).toEqual([404, 403]);
    const told = await changes(server.ben, cursor);
    expect(told.keys).toEqual([`access-lost Patient/${of.clientId}`]);
    expect((await changes(server.ben, told.cursor)).keys).toEqual([]);
    expect((await changes(server.ben)).keys).toContain(`access-lost Patient/${of.clientId}`);
    expect(await audited('emergency-access-ended')).toHaveLength(1);
    expect((await listed())[0].endedAt).toBe(1);
    // What was written while it stood and comes late is kept for review, like all late work.
    const note = bundleOf('transaction', [
      entryOf(server.note(server.ben, of), { mutationId: server.uuid() }),
    ]);
    const late = await server.ask(server.ben, 'POST', '/fhir/$review', note);
    expect(late.body.entry[0].response.status).toMatch(/^202/u);
    // And it may be asked for again.
    expect((await askFor(byName)).status).toBe(200);
    expect((await changes(server.ben, told.cursor)).keys).toContain(`access-gained Patient/${of.clientId}`);
    expect(await reads(server.ben)).toBe(200);
  });

  test('S3: a supervisor ends it before its time, once', async () => {
    await askFor(byName);
    const { cursor } = await changes(server.ben, start);
    const [access] = await listed();
    expect((await desk('end', access.id)).status).toBe(200);
    expect(await reads(server.ben)).toBe(404);
    expect((await changes(server.ben, cursor)).keys).toEqual([`access-lost Patient/${of.clientId}`]);
    expect((await desk('end', access.id)).status).toBe(404);
  });

  test('S3: whoever stands in the care team besides loses nothing with it, and nothing twice', async () => {
    await askFor(byName);
    const first = await changes(server.ben, start);
    await setTeam(['ana', 'ben'], 1);
    await expire();
    const second = await changes(server.ben, first.cursor);
    expect(second.keys).toEqual([`CareTeam/${team.id}`]);
    expect(await reads(server.ben)).toBe(200);
    expect((await askFor(byName)).body.parameter).toHaveLength(1);
    await setTeam(['ana'], 2);
    expect((await changes(server.ben, second.cursor)).keys).toEqual([`access-lost Patient/${of.clientId}`]);
  });

  test('S3: whoever leaves the care team keeps what emergency access gives until it ends', async () => {
    await askFor(byName);
    await setTeam(['ana', 'ben'], 1);
    await setTeam(['ana'], 2);
    const told = await changes(server.ben, start);
    expect(told.keys).not.toContain(`access-lost Patient/${of.clientId}`);
    expect(await reads(server.ben)).toBe(200);
    await expire();
    expect((await changes(server.ben, told.cursor)).keys).toEqual([`access-lost Patient/${of.clientId}`]);
  });

  test('S3: asked again it is the same access; in the own caseload there is nothing to break', async () => {
    const [first, again] = [await askFor(byName), await askFor(byName)];
    expect(again.body).toEqual(first.body);
    expect(await listed()).toHaveLength(1);
    expect((await askFor(byName, server.ana)).body.parameter).toHaveLength(1);
    expect(await openAlerts()).toHaveLength(1);
  });

  test('S3: several, none, and nearly: each is the same no', async () => {
    const exact = await askFor({ by: 'identifier', identifier: of.clientId });
    expect(exact.status).toBe(200);
    await server.registerClient(await server.addDevice('cleo'));
    const answers = [
      await askFor(byName),
      await askFor({ ...byName, family: 'Angstro' }),
      await askFor({ ...byName, family: 'Noor' }),
      await askFor({ ...byName, birthDate: '1980-02-04' }),
      await askFor({ by: 'identifier', identifier: of.clientId.slice(0, 8) }),
      await askFor({ by: 'identifier', identifier: of.encounterId }),
    ];
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect((await audited('emergency-access')).map(({ outcome }) => outcome)).toEqual([
      '0',
      ...answers.map(() => '4'),
    ]);
  });

  test('S3: so many may be asked for within an hour, also at once; who is turned away waits no longer for it', async () => {
    const miss: EmergencyClient = { by: 'identifier', identifier: 'nobody' };
    const many = await Promise.all(Array.from({ length: ASKED_PER_HOUR + 3 }, () => askFor(miss)));
    expect(many.filter(({ status }) => status === 404)).toHaveLength(ASKED_PER_HOUR);
    const turnedAway = await askFor(byName);
    expect([turnedAway.status, turnedAway.headers['retry-after']]).toEqual([429, '600']);
    expect((await askFor(byName, server.sue)).status).toBe(200);
    server.clock.advance(3_600_001);
    const later = await server.addDevice('ben');
    expect((await askFor(byName, later)).status).toBe(200);
  });

  test('S3: where the policy has none nobody is told anything; its hours are the policy’s', async () => {
    const ada = await server.addDevice('ada');
    const policy = (body: object) => server.ask(ada, 'POST', '/admin/policy', body, json);
    expect((await policy({ emergencyHours: null })).body).toMatchObject({ emergencyHours: null });
    const answers = [await askFor(byName), await askFor({ by: 'identifier', identifier: 'nobody' })];
    expect(answers.map(({ status }) => status)).toEqual([403, 403]);
    expect(answers[0]?.body).toEqual(answers[1]?.body);
    expect(await openAlerts()).toEqual([]);
    await policy({ emergencyHours: 2 });
    const until = Date.parse(parameter(await askFor(byName), 'until').valueInstant);
    expect((until - Date.now()) / 3_600_000).toBeCloseTo(2, 1);
    expect((await policy({})).status).toBe(400);
    expect((await policy({ emergencyHours: 0 })).status).toBe(400);
  });

  test('without a reason there is none, and nothing is asked of the database', async () => {
    for (const why of ['', 'ill', '          .']) {
      expect((await askFor(byName, server.ben, why === '' ? ' ' : why)).status).toBe(422);
    }
    expect(await audited('emergency-access')).toEqual([]);
  });
}
