import { clientSearchForm, noteSearchForm, searchPath, validateResource } from '@fieldchart/clinical';
import { beforeEach, expect, test } from 'vitest';
import type { Storage } from '../storage/openStorage.ts';
import { bundleOf } from './requests.ts';
import { readPages } from './searchPages.ts';
import { type AnyJson, type TestDevice, type TestServer, openTestServer } from './testServer.ts';

/** Whom a search may reach, and what the audit keeps of it. */
export function defineSearchScopeSuite(storage: () => Storage): void {
  let server: TestServer;
  beforeEach(async () => {
    server = await openTestServer(storage());
  });

  /** What the audit says of searches and reads: whose, of whom, and whether by role alone. */
  const audited = async (action: 'search' | 'read' | 'everything') => {
    const rows = await storage()
      .db.selectFrom('audit')
      .select(['client_id', 'found', 'practitioner_id', 'body'])
      .where('action', '=', action)
      .orderBy('recorded')
      .execute();
    return rows.flatMap(({ client_id, found, practitioner_id, body }) => {
      const event: AnyJson = body;
      const entities: AnyJson[] = event.entity ?? [];
      const query = entities.find((one) => one.query !== undefined)?.query ?? '';
      const reachOf = (clientId: string | null) =>
        entities
          .filter(({ what }) => what === undefined || what.reference === `Patient/${clientId ?? ''}`)
          .flatMap((one) => one.detail ?? [])
          .find((one) => one.type === 'reach')?.valueString;
      return (found.length === 0 ? [client_id] : found).map((clientId) => ({
        by: practitioner_id,
        of: clientId,
        query: decodeURIComponent(Buffer.from(query, 'base64').toString()),
        reach: reachOf(clientId),
      }));
    });
  };

  test('S3: who reads no notes, flags, visits or consents learns of none by a filter; an unknown query is refused', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    const note = server.note(ana, of);
    await ask(ana, 'POST', '/fhir', bundleOf('batch', [note]));
    const ada = await server.addDevice('ada');
    const query = 'Patient?_query=narrowed-clients';
    expect((await readPages(server, ana, `${query}&unsigned-by=Practitioner/ana`)).ids).toEqual([
      of.clientId,
    ]);
    expect((await readPages(server, ada, `${query}&unsigned-by=Practitioner/ana`)).ids).toEqual([]);
    expect((await readPages(server, ada, `${query}&not-seen-since=2100-01-01T00:00:00.000Z`)).ids).toEqual(
      [],
    );
    expect((await readPages(server, ada, `${query}&team=Practitioner/ana`)).ids).toEqual([of.clientId]);
    for (const wrong of [
      'Patient?_query=other',
      'Patient?team=Practitioner/ana',
      `${query}&at-risk=false`,
      `${query}&not-seen-since=2100`,
      `${query}&consent-ends=ge2026-01-01`,
      `${query}&consent-ends=ge2026-01-01&consent-ends=le2026-02-01&consent-ends=le2026-03-01`,
      `${query}&shoe=9`,
    ]) {
      expect((await ask(ana, 'GET', `/fhir/${wrong}`)).status, wrong).toBe(400);
    }
  });

  test('S3: a search of notes is audited as one event with its question and each client; an administrator finds no note', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    const other = await server.registerClient(ana);
    const notes = [of, other].map((one) => server.note(ana, one));
    await ask(ana, 'POST', '/fhir', bundleOf('batch', notes));
    await ask(ana, 'GET', '/fhir/Composition?_content=progress&_sort=-date');
    const rows = await storage()
      .db.selectFrom('audit')
      .select(['found', 'body'])
      .where('action', '=', 'search')
      .execute();
    const both = [of.clientId, other.clientId].toSorted();
    expect(rows.map(({ found }) => found.toSorted())).toEqual([both]);
    const event: AnyJson = rows[0]?.body;
    expect(validateResource(event)).toMatchObject({ ok: true });
    const patients = event.entity.flatMap((one: AnyJson) => one.what?.reference ?? []);
    expect(patients.toSorted()).toEqual(both.map((id) => `Patient/${id}`));
    const { query } = event.entity.find((one: AnyJson) => one.query !== undefined);
    expect(Buffer.from(query, 'base64').toString()).toContain('_content=progress');
    const ada = await server.addDevice('ada');
    expect((await readPages(server, ada, 'Composition?_content=progress')).ids).toEqual([]);
    expect((await readPages(server, ada, 'Patient?_content=ang')).ids.toSorted()).toEqual(both);
    // Who asks by whom a client was seen finds the answers that the client stood in.
    const seen = (await ask(ada, 'GET', `/fhir/AuditEvent?patient=Patient/${other.clientId}&_count=500`))
      .body;
    expect(seen.entry.map(({ resource }: AnyJson) => resource.id)).toContain(event.id);
  });

  test('S3: a search that reaches beyond the caseload by role is audited with its question and says so; within it, it does not', async () => {
    const { ana, sue } = server;
    const of = await server.registerClient(ana);
    const own = await server.registerClient(sue);
    const notes = [server.note(ana, of), server.note(sue, own)];
    for (const [at, device] of [ana, sue].entries()) {
      await server.ask(device, 'POST', '/fhir', bundleOf('batch', notes.slice(at, at + 1)));
    }
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const search = async (device: TestDevice, path: string, body: string) => {
      const answer = await server.ask(device, 'POST', path, body, form);
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
      return answer.body;
    };
    const found = await search(sue, searchPath('Composition'), noteSearchForm({ text: 'progress' }, 10));
    expect(found.entry.map((entry: AnyJson) => [entry.search.mode, entry.resource.id])).toEqual(
      expect.arrayContaining([
        ...notes.map(({ id }) => ['match', id]),
        ...[of, own].map(({ clientId }) => ['include', clientId]),
      ]),
    );
    const asked = expect.stringContaining('_content=progress');
    expect(await audited('search')).toEqual(
      expect.arrayContaining([
        { by: 'sue', of: of.clientId, query: asked, reach: 'organization' },
        { by: 'sue', of: own.clientId, query: asked, reach: undefined },
      ]),
    );
    await search(sue, searchPath('Patient'), clientSearchForm({ text: 'zebulon', sort: 'family' }, 10));
    await search(ana, searchPath('Composition'), noteSearchForm({ text: 'progress note' }, 10));
    expect(await audited('search')).toEqual(
      expect.arrayContaining([
        { by: 'sue', of: null, query: expect.stringContaining('_content=zebulon'), reach: 'organization' },
        { by: 'ana', of: of.clientId, query: expect.stringContaining('progress'), reach: undefined },
      ]),
    );
    for (const [client, reach] of [
      [of, 'organization'],
      [own, undefined],
    ] as const) {
      await server.ask(sue, 'GET', `/fhir/Patient/${client.clientId}`);
      await server.ask(sue, 'GET', `/fhir/Patient/${client.clientId}/$everything`);
      for (const action of ['read', 'everything'] as const) {
        expect(await audited(action)).toContainEqual(
          expect.objectContaining({ by: 'sue', of: client.clientId, reach }),
        );
      }
    }
    expect(server.logLines.join()).not.toContain('zebulon');
  });

  test('asked in the body it is the same question: the same answer, and a next page that may be asked so again', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    await ask(ana, 'POST', '/fhir', bundleOf('batch', [server.note(ana, of), server.note(ana, of)]));
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const from = '2020-01-01';
    const question = noteSearchForm({ text: 'progress', from, before: '2100-01-01' }, 1);
    const inBody = await ask(ana, 'POST', searchPath('Composition'), question, form);
    const inAddress = await ask(ana, 'GET', `/fhir/Composition?${question}`);
    expect(inBody.body).toEqual(inAddress.body);
    expect(inBody.body.total).toBe(2);
    const next = inBody.body.link.find((link: AnyJson) => link.relation === 'next').url as string;
    const second = await ask(ana, 'POST', searchPath('Composition'), next.slice(next.indexOf('?') + 1), form);
    const idsOf = (body: AnyJson) => body.entry.map((entry: AnyJson) => entry.resource.id);
    expect(second.body.entry[1].resource.id).toBe(of.clientId);
    expect(idsOf(second.body)[0]).not.toBe(idsOf(inBody.body)[0]);
    expect((await ask(ana, 'POST', searchPath('Composition'), '{"_content":[1]}')).status).toBe(400);
    // The audit keeps the question: it is no longer than an address could be.
    const long = `_content=${'a'.repeat(20_000)}`;
    expect((await ask(ana, 'POST', searchPath('Composition'), long, form)).status).toBe(413);
    expect((await audited('search')).every(({ query }) => query.length < 1000)).toBe(true);
  });
}
