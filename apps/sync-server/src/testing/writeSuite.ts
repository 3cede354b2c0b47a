import { CONSENT_FORMS, createConsent, finalizeNote, withNoteSections } from '@fieldchart/clinical';
import type { Composition, Consent, FhirResource } from '@fieldchart/clinical';
import { beforeEach, expect, test } from 'vitest';
import type { Storage } from '../storage/openStorage.ts';
import { bundleOf, entryOf, newClient } from './requests.ts';
import { type TestDevice, type AnyJson, type TestServer, openTestServer } from './testServer.ts';
import { signResource } from './signResource.ts';

/** What every database must do with writes. */
export function defineWriteSuite(storage: () => Storage): void {
  let server: TestServer;
  beforeEach(async () => {
    server = await openTestServer(storage());
  });

  const rows = async () => (await storage().db.selectFrom('history').select('sequence').execute()).length;

  test('a created resource is read back with its version and time, an update needs that version', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    const note = server.note(ana, of);
    const created = await ask(ana, 'PUT', `/fhir/Composition/${note.id}`, note, { 'if-none-match': '*' });
    expect([created.status, created.headers['etag']]).toEqual([201, 'W/"1"']);
    const read = await ask(ana, 'GET', `/fhir/Composition/${note.id}`);
    expect(read.body).toEqual({ ...note, meta: { versionId: '1', lastUpdated: expect.any(String) } });
    const changed = { ...note, title: 'Late entry' };
    const stale = await ask(ana, 'PUT', `/fhir/Composition/${note.id}`, changed, { 'if-match': 'W/"7"' });
    expect([stale.status, stale.body.resourceType]).toEqual([412, 'OperationOutcome']);
    const updated = await ask(ana, 'PUT', `/fhir/Composition/${note.id}`, changed, { 'if-match': 'W/"1"' });
    expect([updated.status, updated.headers['etag']]).toEqual([200, 'W/"2"']);
    const history = await ask(ana, 'GET', `/fhir/Composition/${note.id}/_history`);
    expect(history.body.entry.map((entry: AnyJson) => entry.resource.title)).toEqual([
      'Late entry',
      note.title,
    ]);
    const first = await ask(ana, 'GET', `/fhir/Composition/${note.id}/_history/1`);
    expect(first.body.title).toBe(note.title);
  });

  test('an unknown field, a reference to nothing, another address, bad JSON and a wrong type change nothing', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    const note = server.note(ana, of);
    const before = await rows();
    const url = `/fhir/Composition/${note.id}`;
    const create = { 'if-none-match': '*' };
    const refused = [
      await ask(ana, 'PUT', url, { ...note, surprise: 1 }, create),
      await ask(ana, 'PUT', url, { ...note, encounter: { reference: 'Encounter/none' } }, create),
      await ask(ana, 'PUT', '/fhir/Composition/other', note, create),
      await ask(ana, 'PUT', url, '{"resourceType":', create),
      await ask(ana, 'PUT', url, '{"__proto__":{}}', create),
      await ask(ana, 'PUT', url, 'a=b', { ...create, 'content-type': 'text/plain' }),
      await ask(ana, 'PUT', url, { ...note, title: 'x'.repeat(5 * 1024 * 1024) }, create),
      await ask(ana, 'PUT', url, note, { 'if-match': 'sometimes' }),
      await ask(ana, 'DELETE', url),
    ];
    expect(refused.map((answer) => answer.status)).toEqual([422, 422, 400, 400, 400, 415, 413, 400, 404]);
    for (const answer of refused) expect(answer.body.resourceType).toBe('OperationOutcome');
    expect(await rows()).toBe(before);
  });

  test('S2: a mutation id sent again is answered with its first success and has no second effect', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    const note = server.note(ana, of);
    const bundle = bundleOf('batch', [entryOf(note, { mutationId: server.uuid() })]);
    const first = await ask(ana, 'POST', '/fhir', bundle);
    const before = await rows();
    server.clock.advance(60_000);
    const second = await ask(ana, 'POST', '/fhir', bundle);
    expect(first.body.entry[0].response.status).toBe('201 Created');
    expect(second.body).toEqual(first.body);
    expect(await rows()).toBe(before);
  });

  test('S2: the same mutation id from another practitioner, or for another resource, is refused', async () => {
    const { ana, ben, ask } = server;
    const mutationId = server.uuid();
    const mine = await server.registerClient(ana);
    const theirs = await server.registerClient(ben);
    const send = (device: TestDevice, resource: FhirResource) =>
      ask(device, 'POST', '/fhir', bundleOf('batch', [entryOf(resource, { mutationId })]));
    await send(ana, server.note(ana, mine));
    const stranger = await send(ben, server.note(ben, theirs));
    const other = await send(ana, server.note(ana, mine));
    for (const answer of [stranger, other]) expect(answer.body.entry[0].response.status).toBe('409 Conflict');
  });

  test('S2: only successes are remembered: a refused mutation may be mended and sent under its id', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    const note = server.note(ana, of);
    const mutationId = server.uuid();
    const broken = { ...note, surprise: true } as unknown as FhirResource;
    const refused = await ask(ana, 'POST', '/fhir', bundleOf('batch', [entryOf(broken, { mutationId })]));
    expect(refused.body.entry[0].response.status).toMatch(/^422/u);
    expect(refused.body.entry[0].response.outcome.resourceType).toBe('OperationOutcome');
    const mended = await ask(ana, 'POST', '/fhir', bundleOf('batch', [entryOf(note, { mutationId })]));
    expect(mended.body.entry[0].response.status).toBe('201 Created');
  });

  test('each entry of a batch has its own outcome; later entries see what earlier ones wrote', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    const note = server.note(ana, of);
    const changed = entryOf({ ...note, title: 'Again' }, { ifMatch: 'W/"1"' });
    const answer = await ask(ana, 'POST', '/fhir', bundleOf('batch', [note, changed, note]));
    const statuses = answer.body.entry.map((entry: AnyJson) => entry.response.status);
    expect(statuses).toEqual(['201 Created', '200 OK', '412 Precondition Failed']);
  });

  test('O6: a transaction is written whole or not at all, and says which entry was refused', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    const [good, bad] = [server.note(ana, of), server.note(ana, of)];
    const before = await rows();
    const lame = { ...bad, encounter: { reference: 'Encounter/none' } } as unknown as FhirResource;
    const answer = await ask(ana, 'POST', '/fhir', bundleOf('transaction', [good, lame]));
    expect([answer.status, answer.body.issue[0].expression]).toEqual([422, ['Bundle.entry[1]']]);
    const twice = await ask(ana, 'POST', '/fhir', bundleOf('transaction', [good, good]));
    expect(twice.status).toBe(400);
    expect(await rows()).toBe(before);
  });

  test('S3: a clinician writes only for clients of the caseload, and only as author', async () => {
    const { ana, ben, sue, ask } = server;
    const of = await server.registerClient(ana);
    const refused = [
      await ask(ben, 'POST', '/fhir', bundleOf('transaction', [server.note(ben, of)])),
      await ask(sue, 'POST', '/fhir', bundleOf('transaction', [server.note(sue, of)])),
      await ask(ana, 'POST', '/fhir', bundleOf('transaction', [server.note(ben, of)])),
      await ask(
        ben,
        'POST',
        '/fhir',
        bundleOf('transaction', newClient(ben, of.clientId, server.uuid(), 't').slice(1)),
      ),
      await ask(
        ben,
        'POST',
        '/fhir',
        bundleOf('transaction', newClient(ben, server.uuid(), 'e', 't').slice(0, 1)),
      ),
      // Not even the version of another's record is told.
      await ask(
        ben,
        'POST',
        '/fhir',
        bundleOf('transaction', [
          entryOf(newClient(ben, of.clientId, 'e', 't')[0] as FhirResource, { ifMatch: 'W/"9"' }),
        ]),
      ),
    ];
    expect(refused.map((answer) => answer.status)).toEqual([403, 403, 403, 403, 403, 403]);
  });

  test('C2, O6: a note turns final only with its author’s verified signature, and is never changed after', async () => {
    const { ana, ben, ask } = server;
    const of = await server.registerClient(ana);
    const note = withNoteSections(server.note(ana, of), {});
    const final = finalizeNote(note, { attesterId: 'ana', now: server.clock.now() });
    const alone = await ask(ana, 'POST', '/fhir', bundleOf('transaction', [final]));
    expect(alone.status).toBe(422);
    const forged = await ask(
      ana,
      'POST',
      '/fhir',
      bundleOf('transaction', [final, await sign(final, ben, 'ana')]),
    );
    expect(forged.status).toBe(422);
    const other = { ...final, title: 'Something else' };
    const shifted = await ask(ana, 'POST', '/fhir', bundleOf('transaction', [other, await sign(final, ana)]));
    expect(shifted.status).toBe(422);
    const signed = await ask(ana, 'POST', '/fhir', bundleOf('transaction', [final, await sign(final, ana)]));
    expect(signed.status).toBe(200);
    const change = entryOf({ ...final, title: 'Changed' }, { ifMatch: 'W/"1"' });
    const changed = await ask(ana, 'POST', '/fhir', bundleOf('transaction', [change]));
    expect([changed.status, changed.body.issue[0].code]).toEqual([422, 'business-rule']);
  });

  test('C2: a consent turns active, and inactive, only with a verified signature; otherwise it never changes', async () => {
    const { ana, ben, ask } = server;
    const of = await server.registerClient(ana);
    const consent = createConsent({
      id: server.uuid(),
      clientId: of.clientId,
      organizationId: 'org',
      form: CONSENT_FORMS.treatment.en,
      signer: { name: 'Noor', authority: 'self' },
      pdf: new Uint8Array([1, 2, 3]),
      signedAt: server.clock.now(),
    });
    const send = async (...entries: Parameters<typeof bundleOf>[1]) => {
      const answer = await ask(ana, 'POST', '/fhir', bundleOf('transaction', entries));
      return [answer.status, answer.body.issue?.[0].code];
    };
    const refused = [422, 'business-rule'];
    const forged = [422, 'security'];
    expect(await send(consent)).toEqual(refused);
    expect(await send(consent, await sign(consent, ben, 'ana'))).toEqual(forged);
    expect(await send({ ...consent, language: 'es' }, await sign(consent, ana))).toEqual(forged);
    expect(await send(consent, await sign(consent, ana))).toEqual([200, undefined]);

    const next = (change: Partial<Consent>) => entryOf({ ...consent, ...change }, { ifMatch: 'W/"1"' });
    const revoked: Consent = { ...consent, status: 'inactive' };
    expect(await send(next({ language: 'es' }))).toEqual(refused);
    expect(await send(next({ status: 'draft' }))).toEqual(refused);
    expect(await send(next(revoked))).toEqual(refused);
    expect(await send(next({ ...revoked, language: 'es' }), await sign(revoked, ana))).toEqual(forged);
    expect(await send(next(revoked), await sign(revoked, ana))).toEqual([200, undefined]);
    const again = entryOf(consent, { ifMatch: 'W/"2"' });
    expect(await send(again, await sign(consent, ana))).toEqual(refused);
    const read = await ask(ana, 'GET', `/fhir/Consent/${consent.id}`);
    expect([read.body.status, read.body.meta.versionId]).toEqual(['inactive', '2']);
  });

  test('a create of what exists changes nothing, alone, in a batch and in a transaction', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    const note = server.note(ana, of);
    await ask(ana, 'POST', '/fhir', bundleOf('batch', [note]));
    const before = await rows();
    const other = { ...note, title: 'Another' };
    const alone = await ask(ana, 'PUT', `/fhir/Composition/${note.id}`, other, { 'if-none-match': '*' });
    expect([alone.status, alone.body.resourceType]).toEqual([412, 'OperationOutcome']);
    const batch = await ask(ana, 'POST', '/fhir', bundleOf('batch', [other]));
    expect(batch.body.entry[0].response.status).toMatch(/^412/u);
    const whole = await ask(ana, 'POST', '/fhir', bundleOf('transaction', [server.note(ana, of), other]));
    expect([whole.status, whole.body.issue[0].expression]).toEqual([412, ['Bundle.entry[1]']]);
    expect(await rows()).toBe(before);
  });

  test('bundles over the limit, of another type or encoding, or none at all are refused whole', async () => {
    const { ana, ask } = server;
    const before = await rows();
    const bundle = bundleOf('batch', []);
    const answers = [
      await ask(ana, 'POST', '/fhir', `{"x":"${'x'.repeat(5 * 1024 * 1024)}"}`),
      await ask(ana, 'POST', '/fhir', bundle, { 'content-type': 'application/xml' }),
      await ask(ana, 'POST', '/fhir', bundle, { 'content-encoding': 'br' }),
      await ask(ana, 'POST', '/fhir', '{"resourceType":'),
      await ask(ana, 'POST', '/fhir', '[]'),
      await ask(ana, 'POST', '/fhir', { ...bundle, type: 'message' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([413, 415, 415, 400, 400, 400]);
    for (const { body } of answers) expect(body.resourceType).toBe('OperationOutcome');
    expect(await rows()).toBe(before);
  });

  const sign = (signed: Composition | Consent, device: TestDevice, as?: string) =>
    signResource(server, signed, device, as === undefined ? {} : { as });

  test('times of versions never go back, even when the server’s clock does', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    await ask(ana, 'POST', '/fhir', bundleOf('batch', [server.note(ana, of)]));
    server.clock.advance(-60_000);
    await ask(ana, 'POST', '/fhir', bundleOf('batch', [server.note(ana, of)]));
    const history = await storage()
      .db.selectFrom('history')
      .select('written_at')
      .orderBy('sequence')
      .execute();
    const times = history.map((row) => row.written_at);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
}
