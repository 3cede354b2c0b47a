import { validateResource } from '@fieldchart/clinical';
import { beforeEach, expect, test } from 'vitest';
import type { Storage } from '../storage/openStorage.ts';
import { bundleOf, entryOf, newClient, standingOf } from './requests.ts';
import { type TestDevice, type AnyJson, type TestServer, openTestServer } from './testServer.ts';

/** Who sees what, and what is remembered of it, on every database. */
export function defineAccessSuite(storage: () => Storage): void {
  let server: TestServer;
  beforeEach(async () => {
    server = await openTestServer(storage());
  });

  const changes = async (device: TestDevice, cursor?: string, count = 100) => {
    const query = `_count=${count}${cursor === undefined ? '' : `&_cursor=${cursor}`}`;
    const { status, body } = await server.ask(device, 'GET', `/fhir/$changes?${query}`);
    if (status !== 200) return { status, keys: [], relation: '', cursor: '' };
    expect(body.link).toHaveLength(1);
    const keys: string[] = body.entry.map((entry: AnyJson) =>
      entry.resource.resourceType === 'Parameters'
        ? `${entry.resource.parameter[0].name} ${entry.resource.parameter[0].valueReference.reference}`
        : entry.fullUrl,
    );
    const next = new URL(body.link[0].url, 'http://x/fhir/').searchParams.get('_cursor') ?? '';
    return { status, keys, relation: body.link[0].relation as string, cursor: next };
  };

  test('S3: another clinician sees nothing of a client: read, versions, search, everything, feed', async () => {
    const { ana, ben, ask } = server;
    const start = await changes(ben);
    const of = await server.registerClient(ana);
    const note = server.note(ana, of);
    await ask(ana, 'POST', '/fhir', bundleOf('batch', [note]));
    const addresses = [
      `Composition/${note.id}`,
      `Composition/${note.id}/_history`,
      `Composition/${note.id}/_history/1`,
      `Patient/${of.clientId}`,
      `Patient/${of.clientId}/$everything`,
    ];
    for (const address of addresses) {
      expect((await ask(ana, 'GET', `/fhir/${address}`)).status, address).toBe(200);
      expect((await ask(ben, 'GET', `/fhir/${address}`)).status, address).toBe(404);
    }
    for (const search of [
      `Composition?patient=${of.clientId}`,
      'Patient?name=ang',
      `Patient?_id=${of.clientId}`,
    ]) {
      expect((await ask(ana, 'GET', `/fhir/${search}`)).body.total, search).toBe(1);
      expect((await ask(ben, 'GET', `/fhir/${search}`)).body.total, search).toBe(0);
    }
    expect((await changes(ben, start.cursor)).keys).toEqual([]);
    expect((await changes(ben)).keys.filter((key) => key.startsWith('access'))).toEqual([]);
  });

  test('S3: risk, program and booking are read, searched and fed to the client’s clinician, and to nobody else', async () => {
    const { ana, ben, ask } = server;
    const start = await changes(ana);
    const startOfBen = await changes(ben);
    const { clientId } = await server.registerClient(ana);
    const [flag, episode, appointment] = standingOf(clientId, ana.practitionerId, () => server.uuid());
    const all = [flag, episode, appointment];
    const stranger = await ask(ben, 'POST', '/fhir', bundleOf('batch', all));
    expect(stranger.body.entry.map((entry: AnyJson) => entry.response.status.slice(0, 3))).toEqual([
      '403',
      '403',
      '403',
    ]);
    const written = await ask(ana, 'POST', '/fhir', bundleOf('transaction', all));
    expect(written.status).toBe(200);
    const keys = all.map((resource) => `${resource.resourceType}/${resource.id}`);
    for (const key of keys) {
      expect((await ask(ana, 'GET', `/fhir/${key}`)).status, key).toBe(200);
      expect((await ask(ben, 'GET', `/fhir/${key}`)).status, key).toBe(404);
    }
    for (const search of [
      `Flag?patient=${clientId}&date=ge2026-09-01`,
      `EpisodeOfCare?patient=${clientId}&status=active&type=urn:example:program|outreach`,
      `Appointment?patient=${clientId}&status=booked&date=ge2026-10-01T15:59:00Z&date=lt2026-10-01T16:01:00Z`,
    ]) {
      expect((await ask(ana, 'GET', `/fhir/${search}`)).body.total, search).toBe(1);
      expect((await ask(ben, 'GET', `/fhir/${search}`)).body.total, search).toBe(0);
    }
    // R4 has no such parameter of a Flag.
    expect((await ask(ana, 'GET', `/fhir/Flag?status=active`)).status).toBe(400);
    const chart = await ask(ana, 'GET', `/fhir/Patient/${clientId}/$everything`);
    const told = chart.body.entry.map(({ resource }: AnyJson) => `${resource.resourceType}/${resource.id}`);
    expect(told).toEqual(expect.arrayContaining(keys));
    const fed = (await changes(ana, start.cursor)).keys;
    for (const key of keys)
      expect(
        fed.some((address) => address.endsWith(key)),
        key,
      ).toBe(true);
    expect((await changes(ben, startOfBen.cursor)).keys).toEqual([]);
  });

  test('S3: an appointment without its client is not filed, one that names another’s client neither', async () => {
    const { ana, ben, ask } = server;
    const mine = await server.registerClient(ana);
    const other = await server.registerClient(ben);
    const [, , appointment] = standingOf(mine.clientId, ana.practitionerId, () => server.uuid());
    const [clinician, client] = appointment.participant;
    if (clinician === undefined || client === undefined) throw new Error('two take part');
    const another = { ...client, actor: { reference: `Patient/${other.clientId}` } };
    const create = { 'if-none-match': '*' };
    const url = `/fhir/Appointment/${appointment.id}`;
    for (const participant of [[clinician], [client, another]]) {
      const answer = await ask(ana, 'PUT', url, { ...appointment, participant }, create);
      expect(answer.status).toBe(422);
    }
    const foreign = await ask(ana, 'PUT', url, { ...appointment, participant: [another, client] }, create);
    expect(foreign.status).toBe(403);
    expect((await ask(ana, 'PUT', url, appointment, create)).status).toBe(201);
    const moved = { ...appointment, participant: [clinician, another] };
    expect((await ask(ana, 'PUT', url, moved, { 'if-match': 'W/"1"' })).status).toBe(422);
  });

  test('S3: a supervisor reads all of the organisation’s, but receives only an own caseload', async () => {
    const { ana, sue, ask } = server;
    const of = await server.registerClient(ana);
    expect((await ask(sue, 'GET', `/fhir/Patient/${of.clientId}`)).status).toBe(200);
    expect((await changes(sue)).keys.some((key) => key.startsWith('access'))).toBe(false);
  });

  test('S3: joining a care team is told as access gained, leaving it as access lost; a clinician decides neither', async () => {
    const { ana, ben, sue, ask } = server;
    const [clientId, teamId] = [server.uuid(), server.uuid()];
    const resources = newClient(ana, clientId, server.uuid(), teamId);
    await ask(ana, 'POST', '/fhir', bundleOf('transaction', resources));
    const start = await changes(ben);
    const team = resources[1] as Extract<(typeof resources)[number], { resourceType: 'CareTeam' }>;
    const both = [...(team.participant ?? []), { member: { reference: 'Practitioner/ben' } }];
    const joined = entryOf({ ...team, participant: both }, { ifMatch: 'W/"1"' });
    expect((await ask(ana, 'POST', '/fhir', bundleOf('transaction', [joined]))).status).toBe(403);
    expect((await ask(sue, 'POST', '/fhir', bundleOf('transaction', [joined]))).status).toBe(200);
    const gained = await changes(ben, start.cursor);
    expect(gained.keys).toEqual([`CareTeam/${teamId}`, `access-gained Patient/${clientId}`]);
    const left = await ask(
      sue,
      'POST',
      '/fhir',
      bundleOf('transaction', [entryOf(team, { ifMatch: 'W/"2"' })]),
    );
    expect(left.status).toBe(200);
    expect((await changes(ben, gained.cursor)).keys).toEqual([`access-lost Patient/${clientId}`]);
    expect((await ask(ben, 'GET', `/fhir/Patient/${clientId}`)).status).toBe(404);
    // A device without a cursor may hold the client all the same: the opening says so, to former members alone.
    expect((await changes(ben)).keys).toContain(`access-lost Patient/${clientId}`);
    for (const other of [ana, sue]) {
      expect((await changes(other)).keys).not.toContain(`access-lost Patient/${clientId}`);
    }
  });

  test('S1: the feed pages oldest first and resumes where it stopped; a foreign cursor is gone', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    let page = await changes(ana, undefined, 2);
    const opening = [...page.keys];
    while (page.relation === 'next') {
      page = await changes(ana, page.cursor, 2);
      opening.push(...page.keys);
    }
    expect(opening).toContain(`access-gained Patient/${of.clientId}`);
    expect(opening).toContain('Organization/org');
    expect(page.relation).toBe('resume');
    const notes = Array.from({ length: 5 }, () => server.note(ana, of));
    await ask(ana, 'POST', '/fhir', bundleOf('batch', notes));
    const seen: string[] = [];
    do {
      page = await changes(ana, page.cursor, 2);
      seen.push(...page.keys);
    } while (page.relation === 'next');
    expect(seen).toEqual(notes.map((note) => `Composition/${note.id}`));
    expect((await changes(ana, page.cursor)).keys).toEqual([]);
    expect((await changes(ana, 'bm90IG91cnM')).status).toBe(410);
  });

  test('a client’s chart comes in resumable pages, each resource once', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    const notes = Array.from({ length: 5 }, () => server.note(ana, of));
    await ask(ana, 'POST', '/fhir', bundleOf('batch', notes));
    let url: string | undefined = `Patient/${of.clientId}/$everything?_count=3`;
    const seen: string[] = [];
    while (url !== undefined) {
      const { body }: { body: AnyJson } = await ask(ana, 'GET', `/fhir/${url}`);
      seen.push(...body.entry.map((entry: AnyJson) => entry.fullUrl));
      url = body.link.find((link: AnyJson) => link.relation === 'next')?.url;
    }
    expect(seen).toHaveLength(8);
    expect(new Set(seen).size).toBe(8);
    expect(seen[0]).toBe(`Patient/${of.clientId}`);
  });

  test('search by the parameters of the app, with pages and order; an unknown parameter is refused', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    const found = async (query: string) => (await ask(ana, 'GET', `/fhir/${query}`)).body.total;
    expect(await found('Patient?name=Angstrom')).toBe(1);
    expect(await found('Patient?name=strom')).toBe(0);
    expect(await found('Patient?phone=406-555-0137')).toBe(1);
    expect(await found('Patient?birthdate=1980-02')).toBe(1);
    expect(await found('Patient?birthdate=ge1990')).toBe(0);
    expect(await found(`Encounter?patient=Patient/${of.clientId}&status=in-progress`)).toBe(1);
    await ask(ana, 'POST', '/fhir', bundleOf('batch', [server.note(ana, of), server.note(ana, of)]));
    const first = await ask(ana, 'GET', `/fhir/Composition?patient=${of.clientId}&_count=1&_sort=-date`);
    expect([first.body.total, first.body.entry.length]).toEqual([2, 1]);
    const next = first.body.link.find((link: AnyJson) => link.relation === 'next').url;
    expect((await ask(ana, 'GET', `/fhir/${next}`)).body.entry).toHaveLength(1);
    expect((await ask(ana, 'GET', '/fhir/Patient?shoe=9')).status).toBe(400);
    expect((await ask(ana, 'GET', '/fhir/Nonsense?name=x')).status).toBe(404);
  });

  test('S3: every access is audited as a valid AuditEvent; logs hold nothing of it', async () => {
    const { ana, ben, ask } = server;
    const of = await server.registerClient(ana);
    await ask(ana, 'GET', '/fhir/Patient?name=Angstrom');
    await ask(ana, 'GET', `/fhir/Patient/${of.clientId}`);
    await ask(ben, 'GET', `/fhir/Patient/${of.clientId}`);
    await changes(ana);
    await ask(ben, 'POST', '/fhir', bundleOf('transaction', [server.note(ben, of)]));
    const rows = await storage().db.selectFrom('audit').selectAll().orderBy('number').execute();
    for (const row of rows) expect(validateResource(row.body)).toMatchObject({ ok: true });
    const told = rows
      .filter((row) => row.action !== 'login' && row.practitioner_id !== null)
      .map((row) => `${row.practitioner_id} ${row.action} ${(row.body as { outcome: string }).outcome}`);
    expect(told).toEqual([
      'ana create 0',
      'ana search 0',
      'ana read 0',
      'ben read 4',
      'ana sync-pull 0',
      'ben update 4',
    ]);
    const log = server.logLines.join('\n');
    expect(log).toContain('"/fhir/:type/:id"');
    for (const secret of ['Angstrom', of.clientId]) expect(log).not.toContain(secret);
  });

  test('without a good token there is nothing; a token ends after five minutes or with its device', async () => {
    const { ana, ben, ask } = server;
    expect((await ask(undefined, 'GET', '/fhir/Patient')).status).toBe(401);
    await storage().db.updateTable('device').set({ revoked_at: 1 }).where('id', '=', ben.id).execute();
    expect((await ask(ben, 'GET', '/fhir/Patient')).status).toBe(401);
    expect((await ask(ana, 'GET', '/fhir/Patient')).status).toBe(200);
    server.clock.advance(301_000);
    expect((await ask(ana, 'GET', '/fhir/Patient')).status).toBe(401);
  });

  test('S3: administrators read the audit trail by client, date and page; others are refused, and both is audited', async () => {
    const { ana, ben, sue, ask, clock } = server;
    const ada = await server.addDevice('ada');
    const [one, other] = [await server.registerClient(ana), await server.registerClient(ana)];
    await ask(ana, 'GET', `/fhir/Patient/${one.clientId}`);
    const search = async (query: string) => (await ask(ada, 'GET', `/fhir/AuditEvent?${query}`)).body;
    const ofOne = await search(`patient=Patient/${one.clientId}`);
    expect(ofOne.entry.map((entry: AnyJson) => entry.resource.subtype[0].code)).toEqual(['read', 'create']);
    for (const { resource } of ofOne.entry) expect(validateResource(resource)).toMatchObject({ ok: true });
    expect((await search(`patient=${other.clientId}`)).total).toBe(1);
    const [today, tomorrow] = [0, 86_400_000].map((later) =>
      new Date(clock.now() + later).toISOString().slice(0, 10),
    );
    expect((await search(`patient=${one.clientId}&date=${today}`)).total).toBe(2);
    expect((await search(`patient=${one.clientId}&date=lt${today}`)).total).toBe(0);
    expect((await search(`patient=${one.clientId}&date=ge${today}&date=lt${tomorrow}`)).total).toBe(2);
    const first = await search(`patient=${one.clientId}&_count=1`);
    const next = first.link.find((link: AnyJson) => link.relation === 'next').url;
    const second = (await ask(ada, 'GET', `/fhir/${next}`)).body;
    expect([first, second].map((page) => page.entry[0].resource.id)).toEqual(
      ofOne.entry.map((entry: AnyJson) => entry.resource.id),
    );
    expect((await ask(ada, 'GET', '/fhir/AuditEvent?date=soon')).status).toBe(400);
    expect((await ask(ada, 'GET', '/fhir/AuditEvent?agent=ana')).status).toBe(400);
    for (const device of [ana, ben, sue]) {
      expect((await ask(device, 'GET', '/fhir/AuditEvent')).status).toBe(403);
    }
    const looked = (await search('_count=500')).entry
      .map((entry: AnyJson) => entry.resource)
      .filter((event: AnyJson) => event.subtype[0].code === 'search');
    const told = looked.map((event: AnyJson) => `${event.agent[0].who.reference} ${event.outcome}`);
    for (const person of ['ana', 'ben', 'sue']) expect(told).toContain(`Practitioner/${person} 4`);
    expect(told).toContain('Practitioner/ada 0');
  });
}
