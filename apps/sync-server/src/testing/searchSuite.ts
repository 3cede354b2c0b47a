import {
  type ClientNarrowing,
  type FhirResource,
  clientOf,
  clientSearchForm,
  createCareTeam,
  createEncounter,
  isNarrowedTo,
  noteSearchForm,
  searchPath,
  validateResource,
} from '@fieldchart/clinical';
import {
  SEARCHED_CLIENTS,
  clientTextArbitrary,
  expectedClients,
  expectedNotes,
  narrowingArbitrary,
  noteQueryArbitrary,
  notesArbitrary,
  patientsArbitrary,
  recordsArbitrary,
  visitsArbitrary,
} from '@fieldchart/clinical/testing';
import { silentLogger } from '@fieldchart/foundation';
import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { analyseStored } from '../search/analyseStored.ts';
import { startAnalysis } from '../search/startAnalysis.ts';
import { loadResources } from '../setup/loadResources.ts';
import type { Storage } from '../storage/openStorage.ts';
import { bundleOf } from './requests.ts';
import { type AnyJson, type TestDevice, type TestServer, openTestServer } from './testServer.ts';

/** The same question has the same answer in the same order as everywhere, page by page; on every database. */
export function defineSearchSuite(storage: () => Storage): void {
  let server: TestServer;
  beforeEach(async () => {
    server = await openTestServer(storage());
  });

  /** Empties the chart and loads another, past the rules of the record: these are not looked at here. */
  const load = async (resources: readonly FhirResource[]) => {
    server = await openTestServer(storage());
    const refused = await loadResources(
      { db: storage().db, clock: server.clock, random: server.random },
      resources,
    );
    expect(refused).toEqual([]);
  };

  /** The pages of a search, to the last. */
  const readAll = async (device: TestDevice, path: string) => {
    const entries: AnyJson[] = [];
    const totals = new Set<number | undefined>();
    let url: string | undefined = path;
    while (url !== undefined) {
      const { status, body }: { status: number; body: AnyJson } = await server.ask(
        device,
        'GET',
        `/fhir/${url}`,
      );
      expect(status, `${url} ${JSON.stringify(body)}`).toBe(200);
      entries.push(...body.entry.filter((entry: AnyJson) => entry.search.mode === 'match'));
      totals.add(body.total);
      url = body.link.find((link: AnyJson) => link.relation === 'next')?.url;
    }
    return { entries, ids: entries.map((entry) => entry.resource.id as string), totals: [...totals] };
  };

  const teams = () =>
    ['c1', 'c.1'].map((clientId, at) =>
      createCareTeam({
        id: `team${String(at)}`,
        clientId,
        members: [{ practitionerId: 'ana', name: 'Ana' }],
        organizationId: 'org',
        startedAt: 0,
      }),
    );

  test('same notes, same question: the answer of the analyser, in its order, over pages of any size; S3: of the caseload alone', async () => {
    const asked = fc.tuple(noteQueryArbitrary, fc.integer({ min: 1, max: 7 }));
    const charts = fc.tuple(
      patientsArbitrary,
      notesArbitrary(40),
      fc.array(asked, { minLength: 15, maxLength: 25 }),
    );
    await fc.assert(
      fc.asyncProperty(charts, async ([patients, notes, questions]) => {
        await load([...patients, ...teams(), ...SEARCHED_CLIENTS.map(plannedVisit), ...notes]);
        const ofAna = notes.filter((note) =>
          ['Patient/c1', 'Patient/c.1'].includes(note.subject?.reference ?? ''),
        );
        for (const [query, count] of questions) {
          const path = `Composition?${noteSearchForm(query, count)}`;
          const all = expectedNotes(notes, query);
          const found = await readAll(server.sue, path);
          expect([found.ids, found.totals], path).toEqual([all, [all.length]]);
          expect((await readAll(server.ana, path)).ids, path).toEqual(expectedNotes(ofAna, query));
        }
      }),
      { numRuns: 6 },
    );
  }, 240_000);

  test('same clients, same question: exact before similar, in each of the orders, over pages of any size', async () => {
    const sorts = [
      ['name', 'family'],
      ['last-visit', '-last-visit'],
      ['birth-date', 'birthdate'],
    ] as const;
    const asked = fc.tuple(clientTextArbitrary, fc.constantFrom(...sorts), fc.integer({ min: 1, max: 4 }));
    const charts = patientsArbitrary.chain((patients) =>
      fc.tuple(
        fc.constant(patients),
        visitsArbitrary(patients),
        fc.array(asked, { minLength: 20, maxLength: 40 }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(charts, async ([patients, visits, questions]) => {
        await load([...patients, ...teams(), ...visits]);
        const ofAna = patients.filter(({ id }) => id === 'c1' || id === 'c.1');
        for (const [text, [sort, parameter], count] of questions) {
          const path = `Patient?${new URLSearchParams({ _content: text, _sort: parameter, _count: String(count) }).toString()}`;
          for (const [device, seen] of [
            [server.sue, patients],
            [server.ana, ofAna],
          ] as const) {
            const all = expectedClients(seen, visits, { text, sort });
            const { entries, totals } = await readAll(device, path);
            const said = entries.map(({ resource, search }) => ({
              id: resource.id,
              match: search.score === 1 ? 'exact' : 'similar',
            }));
            expect([said, totals], path).toEqual([all, [all.length]]);
          }
        }
      }),
      { numRuns: 6 },
    );
  }, 240_000);

  test('same clients, same filters: let through is who is by `isNarrowedTo`, and S3: of the caseload alone', async () => {
    const asked = fc.tuple(narrowingArbitrary, fc.integer({ min: 1, max: 4 }));
    const charts = patientsArbitrary.chain((patients) =>
      fc.tuple(
        fc.constant(patients),
        visitsArbitrary(patients),
        recordsArbitrary,
        fc.array(asked, { minLength: 20, maxLength: 40 }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(charts, async ([patients, visits, records, questions]) => {
        const planned = SEARCHED_CLIENTS.map(plannedVisit);
        const all = [...teams(), ...visits, ...planned, ...records];
        await load([...patients, ...all]);
        const letThrough = (clients: typeof patients, narrowing: ClientNarrowing) =>
          clients.filter(({ id }) =>
            isNarrowedTo(
              all.filter((record) => clientOf(record) === id),
              narrowing,
            ),
          );
        const ofAna = patients.filter(({ id }) => id === 'c1' || id === 'c.1');
        for (const [narrowing, count] of questions) {
          const path = `Patient?${clientSearchForm({ text: '', sort: 'family', narrowing }, count)}`;
          for (const [device, seen] of [
            [server.sue, patients],
            [server.ana, ofAna],
          ] as const) {
            const expected = expectedClients(letThrough(seen, narrowing), visits, { text: '', sort: 'name' });
            const { ids, totals } = await readAll(device, path);
            expect([ids, totals], path).toEqual([expected.map(({ id }) => id), [expected.length]]);
          }
        }
      }),
      { numRuns: 12 },
    );
  }, 240_000);

  test('S3: who reads no notes, flags, visits or consents learns of none by a filter; an unknown query is refused', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    const note = server.note(ana, of);
    await ask(ana, 'POST', '/fhir', bundleOf('batch', [note]));
    const ada = await server.addDevice('ada');
    const query = 'Patient?_query=narrowed-clients';
    expect((await readAll(ana, `${query}&unsigned-by=Practitioner/ana`)).ids).toEqual([of.clientId]);
    expect((await readAll(ada, `${query}&unsigned-by=Practitioner/ana`)).ids).toEqual([]);
    expect((await readAll(ada, `${query}&not-seen-since=2100-01-01T00:00:00.000Z`)).ids).toEqual([]);
    expect((await readAll(ada, `${query}&team=Practitioner/ana`)).ids).toEqual([of.clientId]);
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

  test('pages do not move while others write: nothing twice, nothing left out', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    const write = async (count: number) => {
      const notes = Array.from({ length: count }, () => server.note(ana, of));
      await ask(ana, 'POST', '/fhir', bundleOf('batch', notes));
      server.clock.advance(5000);
      return notes.map(({ id }) => id);
    };
    const first = await write(5);
    const page = await ask(ana, 'GET', '/fhir/Composition?_sort=-date&_count=2');
    await write(3);
    const next = page.body.link.find((link: AnyJson) => link.relation === 'next').url;
    const rest = await readAll(ana, next);
    const seen = [...page.body.entry.map((entry: AnyJson) => entry.resource.id), ...rest.ids];
    expect(seen).toHaveLength(first.length);
    expect(new Set(seen)).toEqual(new Set(first));
    expect(rest.totals).toEqual([5]);
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
    expect((await readAll(ada, 'Composition?_content=progress')).ids).toEqual([]);
    expect((await readAll(ada, 'Patient?_content=ang')).ids.toSorted()).toEqual(both);
    // Who asks by whom a client was seen finds the answers that the client stood in.
    const seen = (await ask(ada, 'GET', `/fhir/AuditEvent?patient=Patient/${other.clientId}&_count=500`))
      .body;
    expect(seen.entry.map(({ resource }: AnyJson) => resource.id)).toContain(event.id);
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

  test('what is not understood is refused, never ignored', async () => {
    for (const query of [
      'Composition?_content=a&shoe=9',
      'Composition?_content=a&_sort=date',
      'Composition?_content=a&_offset=5',
      'Composition?_content=a&date=ne2026',
      'Composition?_content=a&date=2026-13-45',
      'Composition?_content=a&status=',
      'Composition?_content=a&_total=estimate',
      'Composition?_content=a&_summary=text',
      'Composition?_content=a&_include=Composition:author',
      'Patient?_content=a&_include=Composition:patient',
      'Composition?_content=a&_after=nonsense',
      'Composition?_content=a&_after=WyJmYW1pbHkiLGZhbHNlLCJhIiwiYiIsbnVsbF0',
      'Patient?_content=a&_sort=shoe',
      'Patient?_content=a&_sort=constructor',
      'Encounter?_content=a',
    ]) {
      expect((await server.ask(server.ana, 'GET', `/fhir/${query}`)).status, query).toBe(400);
    }
  });

  test('the capability statement says what may be searched for, and how it is counted', async () => {
    const { body } = await server.ask(undefined, 'GET', '/fhir/metadata');
    const notes = body.rest[0].resource.find((one: AnyJson) => one.type === 'Composition');
    expect(notes.searchParam.map((one: AnyJson) => one.name)).toEqual(
      expect.arrayContaining(['_content', 'author', 'date']),
    );
    expect(notes.documentation).toContain('exact up to 1000');
  });

  test('nonsense finds nothing or is refused, and never fails inside', async () => {
    const texts = [
      "'",
      "''",
      '\\',
      '& | ! :*',
      "'a':*",
      '"',
      '"a" <-> "b',
      '%00',
      '%ED%A0%80',
      '(((',
      '%25',
      '_',
    ];
    for (const text of [
      ...texts,
      'a'.repeat(100_000),
      'a%20'.repeat(25_000),
      `%22${'a%20'.repeat(25_000)}%22`,
    ]) {
      for (const type of ['Composition', 'Patient']) {
        const { status } = await server.ask(server.ana, 'GET', `/fhir/${type}?_content=${text}`);
        expect([200, 400], text.slice(0, 20)).toContain(status);
      }
    }
  });

  test('the total is exact up to 1,000 and left out beyond; asked for alone it comes alone, and it need not be counted', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    const write = (count: number) =>
      loadResources(
        { db: storage().db, clock: server.clock, random: server.random },
        Array.from({ length: count }, () => server.note(ana, of)),
      );
    const totalOf = async (query: string) =>
      (await ask(ana, 'GET', `/fhir/Composition?_sort=-date&${query}`)).body;
    await write(1000);
    expect(await totalOf('_summary=count')).toMatchObject({ total: 1000, entry: [] });
    expect((await totalOf('_total=none&_count=1')).total).toBeUndefined();
    await write(1);
    expect((await totalOf('_count=1')).total).toBeUndefined();
  });

  test('rows that no analyser has seen, or another one, are prepared batch by batch, and until then the answer says so', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    const notes = Array.from({ length: 5 }, () => ({ ...server.note(ana, of), title: 'Crying' }));
    await ask(ana, 'POST', '/fhir', bundleOf('batch', notes));
    const { db } = storage();
    const search = async () => (await ask(ana, 'GET', '/fhir/Composition?_content=cries%20')).body;
    const whole = await search();
    await db
      .updateTable('resource')
      .set({ analyser: 0, note_number: null, note_words: null })
      .where('id', '<>', notes[0]?.id ?? '')
      .execute();

    const before = await search();
    expect(before.entry[0]).toMatchObject({
      search: { mode: 'outcome' },
      resource: { issue: [{ code: 'incomplete', diagnostics: expect.stringMatching(/^4 /u) }] },
    });
    expect([before.total, before.entry.length]).toEqual([1, 2]);
    // Killed after a batch: what was done stays done.
    expect(await analyseStored(db, 2)).toBe(2);
    expect((await search()).total).toBe(3);
    // Written meanwhile: it is prepared by that, and stands as it was written.
    const last = notes[4];
    await ask(
      ana,
      'PUT',
      `/fhir/Composition/${last?.id ?? ''}`,
      { ...last, title: 'Calm' },
      { 'if-match': 'W/"1"' },
    );
    const timers = {
      after: (_milliseconds: number, task: () => void) => {
        const id = setTimeout(task, 0);
        return () => clearTimeout(id);
      },
    };
    const stop = startAnalysis({ db, timers, logger: silentLogger });
    await expect.poll(async () => (await ask(ana, 'GET', '/fhir/Patient?_content=ang')).body.total).toBe(1);
    await stop();
    const after = await search();
    expect(after.entry.map((entry: AnyJson) => entry.resource.id)).toEqual(
      whole.entry.map((entry: AnyJson) => entry.resource.id).filter((id: string) => id !== last?.id),
    );
    expect(await analyseStored(db, 2)).toBe(0);
  });

  test('groups of rows that no analyser has seen are prepared, and until then the answer says that some may be missing', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    const { db } = storage();
    await db
      .updateTable('resource')
      .set({ analyser: 0, client_groups: [] })
      .where('type', '=', 'CareTeam')
      .execute();
    const path = '/fhir/Patient?_query=narrowed-clients&team=Practitioner/ana';
    const modes = async () =>
      (await ask(ana, 'GET', path)).body.entry.map((entry: AnyJson) => [
        entry.search.mode,
        entry.resource.id,
      ]);
    expect(await modes()).toEqual([['outcome', undefined]]);
    while ((await analyseStored(db, 2)) > 0);
    expect(await modes()).toEqual([['match', of.clientId]]);
  });

  test('a note that changes is found as it stands, at once', async () => {
    const { ana, ask } = server;
    const of = await server.registerClient(ana);
    const note = { ...server.note(ana, of), title: 'Cries' };
    await ask(ana, 'PUT', `/fhir/Composition/${note.id}`, note);
    expect((await readAll(ana, 'Composition?_content=crying%20')).ids).toEqual([note.id]);
    await ask(
      ana,
      'PUT',
      `/fhir/Composition/${note.id}`,
      { ...note, title: 'Calm' },
      { 'if-match': 'W/"1"' },
    );
    expect((await readAll(ana, 'Composition?_content=crying%20')).ids).toEqual([]);
    expect((await readAll(ana, 'Composition?_content=calm%20')).ids).toEqual([note.id]);
  });
}

/** Notes need one; a client is not seen by it. */
function plannedVisit(clientId: string): FhirResource {
  const visit = createEncounter({
    id: `visit-${clientId}`,
    clientId,
    practitionerId: 'ana',
    practitionerName: 'Ana',
    organizationId: 'org',
    place: 'HH',
    location: '',
    startedAt: 0,
  });
  return { ...visit, status: 'planned' };
}
