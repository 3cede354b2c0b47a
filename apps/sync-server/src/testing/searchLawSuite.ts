import {
  type ClientNarrowing,
  type FhirResource,
  clientOf,
  clientSearchForm,
  createCareTeam,
  createEncounter,
  isNarrowedTo,
  noteSearchForm,
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
import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { loadResources } from '../setup/loadResources.ts';
import type { Storage } from '../storage/openStorage.ts';
import { readPages } from './searchPages.ts';
import { type TestServer, openTestServer } from './testServer.ts';

/** The same question has the same answer in the same order as everywhere, page by page; on every database. */
export function defineSearchLawSuite(storage: () => Storage): void {
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
          const found = await readPages(server, server.sue, path);
          expect([found.ids, found.totals], path).toEqual([all, [all.length]]);
          expect((await readPages(server, server.ana, path)).ids, path).toEqual(expectedNotes(ofAna, query));
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
            const { entries, totals } = await readPages(server, device, path);
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
            const { ids, totals } = await readPages(server, device, path);
            expect([ids, totals], path).toEqual([expected.map(({ id }) => id), [expected.length]]);
          }
        }
      }),
      { numRuns: 12 },
    );
  }, 240_000);
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
