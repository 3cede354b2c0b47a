import type { CareTeam, FhirResource } from '@fieldchart/clinical';
import { finalizeNote, reviewReceiptOf, validateResource } from '@fieldchart/clinical';
import { beforeEach, expect, test } from 'vitest';
import { listAlerts } from '../identity/alerts.ts';
import type { Storage } from '../storage/openStorage.ts';
import { signResource } from './signResource.ts';
import { bundleOf, entryOf, newClient } from './requests.ts';
import { type AnyJson, type Answer, type TestDevice, type TestServer, openTestServer } from './testServer.ts';

const json = { 'content-type': 'application/json' };

/** Late work for a client who has left the caseload, on every database. */
export function defineReviewSuite(storage: () => Storage): void {
  let server: TestServer;
  let of: { clientId: string; encounterId: string };
  let team: CareTeam;
  let operator: TestDevice;
  beforeEach(async () => {
    server = await openTestServer(storage(), { admin: { token: 'operator', ticketFolder: '/nonexistent' } });
    operator = { ...server.ana, token: 'operator' };
    const [clientId, encounterId] = [server.uuid(), server.uuid()];
    of = { clientId, encounterId };
    const resources = newClient(server.ana, clientId, encounterId, server.uuid());
    team = resources[1] as CareTeam;
    await server.ask(server.ana, 'POST', '/fhir', bundleOf('transaction', resources));
  });

  const leave = async () => {
    const left = entryOf(
      { ...team, participant: [{ member: { reference: 'Practitioner/ben' } }] },
      version(1),
    );
    expect((await server.ask(server.sue, 'POST', '/fhir', bundleOf('transaction', [left]))).status).toBe(200);
  };
  const version = (number: number) => ({ ifMatch: `W/"${String(number)}"` });
  const review = (
    device: TestDevice,
    type: 'batch' | 'transaction',
    entries: Parameters<typeof bundleOf>[1],
    headers?: Record<string, string>,
  ) => server.ask(device, 'POST', '/fhir/$review', bundleOf(type, entries), headers);
  const desk = (device: TestDevice, path: string, body: object) =>
    server.ask(device, 'POST', `/admin/review/${path}`, body, json);
  const list = async () => (await server.ask(server.sue, 'GET', '/admin/review')).body as AnyJson[];
  const statusesOf = ({ body }: Answer): string[] =>
    body.entry.map((entry: AnyJson) => entry.response.status.slice(0, 3));
  const late = (resource: FhirResource, options: Parameters<typeof entryOf>[1] = {}) =>
    entryOf(resource, { mutationId: server.uuid(), ...options });
  const openAlerts = async () =>
    (await listAlerts(storage().db))
      .filter(({ closed_at: closed }) => closed === null)
      .map(({ kind }) => kind);
  const rows = async () => (await storage().db.selectFrom('history').select('sequence').execute()).length;
  const audited = async (action: string) =>
    (
      await storage()
        .db.selectFrom('audit')
        .selectAll()
        .where('action', '=', action)
        .orderBy('number')
        .execute()
    ).map((row) => ({ row, outcome: (row.body as AnyJson).outcome as string, body: row.body as AnyJson }));

  test('D3: late work of a former member is kept word for word, audited, and waits with an alert; nothing is written', async () => {
    await leave();
    const entry = late(server.note(server.ana, of));
    expect(statusesOf(await server.ask(server.ana, 'POST', '/fhir', bundleOf('batch', [entry])))).toEqual([
      '403',
    ]);
    const before = await rows();
    const answer = await review(server.ana, 'batch', [entry]);
    expect([answer.status, answer.body.type, statusesOf(answer)]).toEqual([200, 'batch-response', ['202']]);
    const receipt = reviewReceiptOf(answer.body.entry[0].response);
    expect(receipt?.receivedAt).toBe(new Date(server.clock.now()).toISOString());
    expect(await rows()).toBe(before);
    expect(await openAlerts()).toEqual(['review-waiting']);
    const [event, ...others] = await audited('review-received');
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      outcome: '0',
      row: { client_id: of.clientId, practitioner_id: 'ana', device_id: server.ana.id },
    });
    expect(validateResource(event?.body)).toMatchObject({ ok: true });

    const { body: item } = await desk(server.sue, 'read', { id: receipt?.itemId });
    expect(item).toMatchObject({
      practitionerId: 'ana',
      deviceId: server.ana.id,
      clients: [of.clientId],
      receivedAt: server.clock.now(),
      state: 'open',
    });
    expect(JSON.stringify(item.content)).toBe(JSON.stringify([entry]));
    const [read] = await audited('review-read');
    expect(read?.row).toMatchObject({ client_id: of.clientId, practitioner_id: 'sue' });
    const listed = JSON.stringify(await list());
    expect(listed).not.toContain('Progress note');
  });

  test('S2: sent again it is answered with the same receipt, alone or in another company; for another it is 409', async () => {
    await leave();
    const [one, two] = [late(server.note(server.ana, of)), late(server.note(server.ana, of))];
    const first = await review(server.ana, 'batch', [one]);
    server.clock.advance(60_000);
    const again = await review(server.ana, 'batch', [two, one, one]);
    expect(again.body.entry[1]).toEqual(first.body.entry[0]);
    expect(again.body.entry[2]).toEqual(first.body.entry[0]);
    expect(again.body.entry[0]).not.toEqual(first.body.entry[0]);
    expect(await list()).toHaveLength(2);
    const mutationId = { mutationId: one.request?.extension?.[0]?.valueUuid?.slice(9) ?? '' };
    expect(statusesOf(await review(server.ben, 'batch', [one]))).toEqual(['409']);
    const other = entryOf(server.note(server.ana, of), mutationId);
    expect(statusesOf(await review(server.ana, 'batch', [other]))).toEqual(['409']);
    expect((await review(server.ana, 'transaction', [one, late(server.note(server.ana, of))])).status).toBe(
      409,
    );
    expect(await list()).toHaveLength(2);
  });

  test('S2: what was written before is acknowledged with its version and time, and is no item', async () => {
    const entry = late(server.note(server.ana, of));
    const written = await server.ask(server.ana, 'POST', '/fhir', bundleOf('batch', [entry]));
    await leave();
    server.clock.advance(60_000);
    const answer = await review(server.ana, 'batch', [entry]);
    expect(answer.body.entry).toEqual(written.body.entry);
    expect(await list()).toEqual([]);
  });

  test('S3: of a client whom one never had, and of one who does not exist, nothing is taken and nothing is told', async () => {
    const of403 = async (device: TestDevice, resource: FhirResource) => {
      const answer = await review(device, 'batch', [late(resource)]);
      const { status, outcome } = answer.body.entry[0].response;
      return [status, outcome.issue[0].diagnostics];
    };
    const refused = await of403(server.ben, server.note(server.ben, of));
    expect(refused[0]).toBe('403 Forbidden');
    const nowhere = { clientId: server.uuid(), encounterId: server.uuid() };
    expect(await of403(server.ben, server.note(server.ben, nowhere))).toEqual(refused);
    expect(await of403(server.sue, server.note(server.sue, of))).toEqual(refused);
    const nobody: FhirResource = { resourceType: 'Practitioner', id: 'ana', name: [{ text: 'Other' }] };
    expect(await of403(server.ana, nobody)).toEqual(refused);
    const whole = await review(server.ana, 'transaction', [
      late(server.note(server.ana, of)),
      late(server.note(server.ana, nowhere)),
    ]);
    expect([whole.status, whole.body.issue[0].expression]).toEqual([403, ['Bundle.entry[1]']]);
    expect(await list()).toEqual([]);
    expect((await audited('review-received')).map(({ outcome }) => outcome)).toEqual([
      '4',
      '4',
      '4',
      '4',
      '4',
    ]);
  });

  test('what a write would refuse for its structure is refused, each entry alone; a mutation id is needed', async () => {
    await leave();
    const note = server.note(server.ana, of);
    const answer = await review(server.ana, 'batch', [
      late({ ...note, surprise: 1 } as AnyJson),
      entryOf(server.note(server.ana, of)),
      late(note),
    ]);
    expect(statusesOf(answer)).toEqual(['422', '400', '202']);
    const bundle = { resourceType: 'Bundle', type: 'history' };
    expect((await server.ask(server.ana, 'POST', '/fhir/$review', bundle)).status).toBe(400);
    const twice = late(server.note(server.ana, of));
    expect((await review(server.ana, 'transaction', [twice, twice])).status).toBe(400);
  });

  test('O6, C2: a signed group is one item, and accepted whole under its own ids, its signature and its author’s name', async () => {
    const final = finalizeNote(server.note(server.ana, of), { attesterId: 'ana', now: server.clock.now() });
    const group = [late(final), late(await signResource(server, final, server.ana))];
    await leave();
    const answer = await review(server.ana, 'transaction', group);
    expect(statusesOf(answer)).toEqual(['202', '202']);
    const [item] = await list();
    server.clock.advance(60_000);
    const accepted = await desk(server.sue, 'accept', { id: item.id });
    expect(accepted).toMatchObject({ status: 200, body: { written: [{ version: 1 }, { version: 1 }] } });
    const versions = await storage()
      .db.selectFrom('history')
      .select(['type', 'mutation_id', 'practitioner_id', 'device_id', 'client_id'])
      .where('type', 'in', ['Composition', 'Provenance'])
      .orderBy('sequence')
      .execute();
    expect(versions).toEqual(
      group.map((entry) => ({
        type: entry.resource?.resourceType,
        mutation_id: entry.request?.extension?.[0]?.valueUuid?.slice(9),
        practitioner_id: 'ana',
        device_id: server.ana.id,
        client_id: of.clientId,
      })),
    );
    expect((await list())[0]).toMatchObject({ state: 'accepted', decidedBy: 'sue', reason: null });
    expect(await openAlerts()).toEqual([]);
    const [decision] = await audited('review-accepted');
    expect(decision).toMatchObject({ row: { practitioner_id: 'sue', client_id: of.clientId } });
    const created = (await audited('create')).at(-1);
    expect(created?.body.agent).toMatchObject([
      { who: { reference: 'Practitioner/ana' }, requestor: false },
      { who: { reference: 'Practitioner/sue' }, requestor: true },
    ]);
    expect(validateResource(created?.body)).toMatchObject({ ok: true });
    // The device that asks again learns that it was written.
    const afterwards = await review(server.ana, 'transaction', group);
    expect(statusesOf(afterwards)).toEqual(['201', '201']);
    expect((await desk(server.sue, 'accept', { id: item.id })).body).toEqual({ kind: 'decided' });
    expect((await desk(server.sue, 'set-aside', { id: item.id, reason: 'x' })).status).toBe(409);
  });

  test('what the rules of writing refuse stays open, with the refusal told: a version, a reference, an author', async () => {
    const note = server.note(server.ana, of);
    await server.ask(server.ana, 'POST', '/fhir', bundleOf('batch', [note]));
    await server.ask(
      server.ana,
      'POST',
      '/fhir',
      bundleOf('batch', [entryOf({ ...note, title: 'Newer' }, version(1))]),
    );
    await leave();
    await review(server.ana, 'batch', [
      late({ ...note, title: 'Late' }, version(1)),
      late({ ...server.note(server.ana, of), encounter: { reference: 'Encounter/none' } } as AnyJson),
      late(server.note(server.ben, of)),
      late({ ...team, name: 'Mine' }, version(2)),
    ]);
    const before = await rows();
    const answers: AnyJson[] = [];
    for (const { id } of await list()) answers.push(await desk(server.sue, 'accept', { id }));
    expect(answers.map(({ status }) => status)).toEqual([409, 409, 409, 409]);
    expect(answers.map(({ body }) => [body.kind, body.status])).toEqual([
      ['refused', 412],
      ['refused', 422],
      ['refused', 403],
      ['refused', 403],
    ]);
    expect(answers[1].body.reason).toContain('Encounter/none');
    expect(await rows()).toBe(before);
    expect((await list()).map(({ state }) => state)).toEqual(['open', 'open', 'open', 'open']);
    expect(await openAlerts()).toEqual(['review-waiting']);
  });

  test('O3: an update that follows late work derives from what its acceptance wrote, and not before', async () => {
    await leave();
    const note = server.note(server.ana, of);
    const update = late({ ...note, title: 'Then' });
    const { ifNoneMatch: _, ...request } = update.request ?? { method: 'PUT' as const, url: '' };
    await review(server.ana, 'batch', [late(note), { ...update, request }]);
    const [first, second] = await list();
    expect((await desk(server.sue, 'accept', { id: second.id })).body).toMatchObject({
      kind: 'refused',
      status: 412,
    });
    expect((await desk(server.sue, 'accept', { id: first.id })).status).toBe(200);
    expect((await desk(server.sue, 'accept', { id: second.id })).body.written).toMatchObject([
      { version: 2 },
    ]);
    const read = await server.ask(server.sue, 'GET', `/fhir/Composition/${note.id}`);
    expect(read.body.title).toBe('Then');
  });

  test('O3: an update that follows a write whose answer was lost derives from that write; of two lasts the later counts', async () => {
    const note = server.note(server.ana, of);
    const first = late(note);
    await server.ask(server.ana, 'POST', '/fhir', bundleOf('batch', [first]));
    await leave();
    const update = (title: string) => {
      const { request, ...entry } = late({ ...note, title });
      const { ifNoneMatch: _, ...unconditional } = request ?? { method: 'PUT' as const, url: '' };
      return { ...entry, request: unconditional };
    };
    server.clock.advance(1000);
    const answer = await review(server.ana, 'batch', [first, update('Second')]);
    expect(statusesOf(answer)).toEqual(['201', '202']);
    const [item] = await list();
    expect((await desk(server.sue, 'accept', { id: item.id })).body.written).toMatchObject([{ version: 2 }]);
    server.clock.advance(1000);
    await review(server.ana, 'batch', [update('Third')]);
    const third = (await list()).find(({ state }) => state === 'open');
    expect((await desk(server.sue, 'accept', { id: third.id })).body.written).toMatchObject([{ version: 3 }]);
  });

  test('set aside it is closed with a reason, never written, and kept for ever', async () => {
    await leave();
    const entry = late(server.note(server.ana, of));
    await review(server.ana, 'batch', [entry, late(server.note(server.ana, of))]);
    const [first, second] = await list();
    expect((await desk(server.sue, 'set-aside', { id: first.id, reason: ' ' })).status).toBe(400);
    expect((await desk(server.sue, 'set-aside', { id: first.id, reason: 'written twice' })).status).toBe(200);
    expect(await openAlerts()).toEqual(['review-waiting']);
    expect((await desk(operator, 'set-aside', { id: second.id, reason: 'other' })).status).toBe(200);
    expect(await openAlerts()).toEqual([]);
    const { body: kept } = await desk(server.sue, 'read', { id: first.id });
    expect(kept).toMatchObject({ state: 'set-aside', decidedBy: 'sue', reason: 'written twice' });
    expect(JSON.stringify(kept.content)).toBe(JSON.stringify([entry]));
    expect((await desk(server.sue, 'accept', { id: first.id })).body).toEqual({ kind: 'decided' });
    expect(statusesOf(await review(server.ana, 'batch', [entry]))).toEqual(['202']);
    expect((await audited('review-set-aside')).map(({ row }) => row.practitioner_id)).toEqual(['sue', null]);
    // More late work raises the alert again.
    await review(server.ana, 'batch', [late(server.note(server.ana, of))]);
    expect(await openAlerts()).toEqual(['review-waiting']);
    for (const path of ['read', 'accept']) {
      expect((await desk(server.sue, path, { id: 'none' })).body).toEqual({ kind: 'not-found' });
    }
  });

  test('S3: clinicians neither list, read nor decide; whoever is a member again is taken all the same', async () => {
    const entry = late(server.note(server.ana, of));
    expect(statusesOf(await review(server.ana, 'batch', [entry]))).toEqual(['202']);
    const [item] = await list();
    for (const device of [server.ana, server.ben]) {
      expect((await server.ask(device, 'GET', '/admin/review')).status).toBe(403);
      for (const [path, body] of [
        ['read', { id: item.id }],
        ['accept', { id: item.id }],
        ['set-aside', { id: item.id, reason: 'x' }],
      ] as const) {
        expect((await desk(device, path, body)).status, path).toBe(403);
      }
    }
    // Sent the ordinary way meanwhile, it is written once; accepting only closes it.
    const written = await server.ask(server.ana, 'POST', '/fhir', bundleOf('batch', [entry]));
    const before = await rows();
    expect((await desk(server.sue, 'accept', { id: item.id })).body.written).toMatchObject([
      { key: entry.request?.url, version: 1 },
    ]);
    expect(await rows()).toBe(before);
    expect(statusesOf(written)).toEqual(['201']);
  });

  test('a device that sends late work to a restored server learns of the restore first', async () => {
    await leave();
    const cursor = { 'fieldchart-cursor': 'x' };
    const answer = await review(server.ana, 'batch', [late(server.note(server.ana, of))], cursor);
    expect(answer.status).toBe(410);
    expect(await list()).toEqual([]);
  });
}
