import {
  type Composition,
  type FhirResource,
  createCareTeam,
  createEncounter,
  createPatient,
} from '@fieldchart/clinical';
import { toInstant } from '@fieldchart/foundation';
import { sql } from 'kysely';
import { generateDemo } from '../../../apps/sync-server/src/demo/generateDemo.ts';
import { loadResources } from '../../../apps/sync-server/src/setup/loadResources.ts';
import { openPostgres } from '../../../apps/sync-server/src/storage/openStorage.ts';
import {
  openTestServer,
  type TestDevice,
  type TestServer,
} from '../../../apps/sync-server/src/testing/testServer.ts';
import { startPostgres } from '../../../tests/postgres/startPostgres.ts';
import { type Figure, figure, type SuiteResult } from '../figures.ts';

const PRACTITIONERS = 50;
const NOTES_OF_A_CLIENT = 20;
const NOW = 1_780_272_000_000;
const HOUR = 3_600_000;

const QUESTIONS = {
  prefix: '_content=anx',
  'two words': '_content=anxiety+sleep+',
  phrase: '_content=%22reported+feeling%22',
  'common word': '_content=client+',
  'rare word': '_content=nightmares+',
  'filter alone': 'status=preliminary',
} as const;

/** Full-text search on PostgreSQL with `notes` notes in 50 caseloads, over the whole route: token, search, audit, JSON. */
export async function searchServer(
  notes: number,
  rounds: number,
  say: (line: string) => void,
): Promise<SuiteResult> {
  const postgres = await startPostgres();
  const storage = await openPostgres(postgres.url);
  try {
    const server = await openTestServer(storage);
    await load(server, notes, say);
    await sql`vacuum analyze resource`.execute(storage.db);
    const askers = [
      ['a clinician', await server.addDevice('p0')],
      ['a supervisor', server.sue],
    ] as const;
    const figures: Figure[] = [];
    const remarks: string[] = [];
    for (const [who, device] of askers) {
      for (const [what, query] of Object.entries(QUESTIONS)) {
        const { first, next } = await measure(server, device, query, rounds);
        figures.push(figure(`${who}: ${what}`, notes, first));
        if (next.length > 0) figures.push(figure(`${who}: ${what}, next page`, notes, next));
        remarks.push(
          `p95 of ${who}, ${what}: ${p95(first)} ms${next.length > 0 ? `, next page ${p95(next)} ms` : ''}`,
        );
      }
    }
    return { sizes: 'notes', figures, ratios: [], remarks };
  } finally {
    await storage.close();
    await postgres.stop();
  }
}

async function measure(
  server: TestServer,
  device: TestDevice,
  query: string,
  rounds: number,
): Promise<{ first: number[]; next: number[] }> {
  const [first, next]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    const page = await timed(server, device, `Composition?${query}&_sort=-date`, first);
    if (page !== undefined) await timed(server, device, page, next);
  }
  return { first, next };
}

/** Asks, keeps the milliseconds, and resolves with the address of the next page. */
async function timed(
  server: TestServer,
  device: TestDevice,
  path: string,
  into: number[],
): Promise<string | undefined> {
  const started = performance.now();
  const { status, body } = await server.ask(device, 'GET', `/fhir/${path}`);
  into.push(performance.now() - started);
  if (status !== 200) throw new Error(`${path} was answered with ${String(status)}`);
  const links: readonly { readonly relation: string; readonly url: string }[] = body.link;
  return links.find(({ relation }) => relation === 'next')?.url;
}

function p95(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN).toFixed(1);
}

/** The demonstration's texts, given to as many clients as there are to be, in the order of their dates. */
async function load(server: TestServer, notes: number, say: (line: string) => void): Promise<void> {
  const deps = { db: server.storage.db, clock: server.clock, random: server.random };
  const write = async (resources: readonly FhirResource[]) => {
    const [refused] = await loadResources(deps, resources);
    if (refused !== undefined) throw new Error(`${refused.key}: ${refused.refusal.text}`);
  };
  const people = Array.from({ length: PRACTITIONERS }, (_, at) => `p${String(at)}`);
  await deps.db
    .insertInto('practitioner')
    .values(people.map((id) => ({ id, name: id, role: 'clinician' as const })))
    .execute();
  await write(people.map((id) => ({ resourceType: 'Practitioner', id, name: [{ text: id }] })));
  const texts = [...generateDemo({ seed: 1, now: NOW }).clients].flatMap(({ resources }) =>
    resources.filter((one) => one.resourceType === 'Composition'),
  );
  const clients = Math.ceil(notes / NOTES_OF_A_CLIENT);
  for (let at = 0; at < clients; at += 1) {
    const written = Array.from(
      { length: Math.min(NOTES_OF_A_CLIENT, notes - at * NOTES_OF_A_CLIENT) },
      (_, visit) => {
        const number = at * NOTES_OF_A_CLIENT + visit;
        const text = texts[(number * 7919) % texts.length];
        if (text === undefined) throw new Error('The demonstration has no notes');
        return readdressed(text, number, at, NOW - (visit * clients + at) * HOUR);
      },
    );
    await write([...chartOf(at), ...written]);
    if (at % 500 === 499) say(`  ${String((at + 1) * NOTES_OF_A_CLIENT)} notes`);
  }
}

function chartOf(at: number): FhirResource[] {
  const [clientId, practitionerId] = [`c${String(at)}`, `p${String(at % PRACTITIONERS)}`];
  return [
    createPatient({
      id: clientId,
      organizationId: 'org',
      given: 'Client',
      family: `Number ${String(at)}`,
      birthDate: '1980-02-03',
      gender: 'unknown',
      phone: '',
      line: '',
      city: '',
      state: '',
      postalCode: '',
      language: 'en',
    }),
    createCareTeam({
      id: `t${String(at)}`,
      clientId,
      members: [{ practitionerId, name: practitionerId }],
      organizationId: 'org',
      startedAt: 0,
    }),
    createEncounter({
      id: `e${String(at)}`,
      clientId,
      practitionerId,
      practitionerName: practitionerId,
      organizationId: 'org',
      place: 'HH',
      location: '',
      startedAt: NOW,
    }),
  ];
}

function readdressed(text: Composition, number: number, client: number, time: number): Composition {
  const author = `Practitioner/p${String(client % PRACTITIONERS)}`;
  const { relatesTo: _other, attester: _signed, ...rest } = text;
  return {
    ...rest,
    id: `n${String(number)}`,
    status: number % 100 === 0 ? 'preliminary' : 'final',
    subject: { reference: `Patient/c${String(client)}` },
    encounter: { reference: `Encounter/e${String(client)}` },
    author: [{ reference: author }],
    custodian: { reference: 'Organization/org' },
    date: toInstant(time),
  };
}
