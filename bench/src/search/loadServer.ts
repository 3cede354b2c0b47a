import { isDeepStrictEqual } from 'node:util';
import {
  clientOf,
  type Composition,
  createCareTeam,
  createEncounter,
  createPatient,
  type FhirResource,
} from '@fieldchart/clinical';
import { toInstant } from '@fieldchart/foundation';
import { sql } from 'kysely';
import { generateDemo } from '../../../apps/sync-server/src/demo/generateDemo.ts';
import { searchDocument } from '../../../apps/sync-server/src/search/searchDocument.ts';
import { loadResources } from '../../../apps/sync-server/src/setup/loadResources.ts';
import type { Database } from '../../../apps/sync-server/src/storage/openStorage.ts';
import type { TestServer } from '../../../apps/sync-server/src/testing/testServer.ts';
import { searchColumns } from '../../../apps/sync-server/src/write/searchColumns.ts';

/** Clients of one clinician: with more notes there are more clinicians. */
const CASELOAD = 100;
const NOTES_OF_A_CLIENT = 20;
const NOW = 1_780_272_000_000;
const HOUR = 3_600_000;
/** Clients in one statement. */
const PORTION = 25;

/**
 * Loads the demonstration's texts, given to as many clients as there are to be, in the order of their dates. The
 * server's own write puts each word of a note into the index of words at once, some three milliseconds a note; a
 * million of them would take an hour. So the rows that a search reads are made by the server's functions and inserted
 * many at a time, and the index is built over them afterwards. The first client is written both ways, and the rows must
 * be the same. History and audit, which no search reads, are left out.
 */
export async function loadServer(
  server: TestServer,
  notes: number,
  say: (line: string) => void,
): Promise<void> {
  const { db } = server.storage;
  const clients = Math.ceil(notes / NOTES_OF_A_CLIENT);
  const clinicians = Math.ceil(clients / CASELOAD);
  await addStaff(server, clinicians);
  const texts = [...generateDemo({ seed: 1, now: NOW }).clients].flatMap(({ resources }) =>
    resources.filter((one) => one.resourceType === 'Composition'),
  );
  const chart = (at: number): FhirResource[] => {
    const practitionerId = `p${String(at % clinicians)}`;
    const count = Math.min(NOTES_OF_A_CLIENT, notes - at * NOTES_OF_A_CLIENT);
    const written = Array.from({ length: count }, (_, visit) => {
      const number = at * NOTES_OF_A_CLIENT + visit;
      const text = texts[(number * 7919) % texts.length];
      if (text === undefined) throw new Error('The demonstration has no notes');
      return readdressed(text, { number, at, practitionerId, time: NOW - (visit * clients + at) * HOUR });
    });
    return [...beginningOf(at, practitionerId), ...written];
  };
  await checkAgainstWrite(server, chart(0));
  await withoutWordIndex(db, say, async () => {
    let [older, newer]: Promise<unknown>[] = [];
    for (let at = 0; at < clients; at += PORTION) {
      const charts = Array.from({ length: Math.min(PORTION, clients - at) }, (_, offset) =>
        at + offset === 0 ? [] : chart(at + offset),
      );
      const rows = charts.flat().map((resource) => rowOf(resource));
      // The next rows are made while PostgreSQL takes these, over two connections.
      await older;
      [older, newer] = [newer, insertRows(db, rows)];
      if ((at / PORTION) % 200 === 199) say(`  ${String((at + PORTION) * NOTES_OF_A_CLIENT)} notes`);
    }
    await Promise.all([older, newer]);
  });
  say('  statistics');
  await sql`vacuum analyze`.execute(db);
}

async function addStaff({ storage: { db }, clock, random }: TestServer, clinicians: number): Promise<void> {
  const people = Array.from({ length: clinicians }, (_, at) => `p${String(at)}`);
  await db
    .insertInto('practitioner')
    .values(people.map((id) => ({ id, name: id, role: 'clinician' as const })))
    .execute();
  await write(
    { db, clock, random },
    people.map((id) => ({ resourceType: 'Practitioner', id, name: [{ text: id }] })),
  );
}

async function write(
  deps: Parameters<typeof loadResources>[0],
  resources: readonly FhirResource[],
): Promise<void> {
  const [refused] = await loadResources(deps, resources);
  if (refused !== undefined) throw new Error(`${refused.key}: ${refused.refusal.text}`);
}

type ResourceRow = ReturnType<typeof rowOf>;

/** A row of `resource` as the server's write leaves it, but for its time. */
function rowOf(resource: FhirResource) {
  return {
    type: resource.resourceType,
    id: resource.id,
    version: 1,
    client_id: clientOf(resource) ?? null,
    body: resource,
    ...searchColumns(resource),
    ...searchDocument(resource),
  };
}

async function insertRows(db: Database, rows: readonly ResourceRow[]): Promise<void> {
  const members = rows.flatMap(({ body }) =>
    body.resourceType === 'CareTeam'
      ? (body.participant ?? []).map(({ member }) => ({
          care_team_id: body.id,
          client_id: clientOf(body),
          practitioner_id: member?.reference?.split('/')[1],
        }))
      : [],
  );
  await sql`with member as (
      insert into care_team_member (care_team_id, client_id, practitioner_id)
      select care_team_id, client_id, practitioner_id from json_to_recordset(${JSON.stringify(members)}::json)
        as m(care_team_id text, client_id text, practitioner_id text))
    insert into resource (type, id, version, client_id, body, written_at, status, date, codes, names, phones,
      note_number, note_words, client_line, client_sort, client_keys, client_groups, analyser)
    select type, id, version, client_id, body, ${NOW}::bigint, status, date,
      array(select json_array_elements_text(codes)), names, array(select json_array_elements_text(phones)),
      note_number, note_words, client_line, client_sort, array(select json_array_elements_text(client_keys)),
      array(select json_array_elements_text(client_groups)), analyser
    from json_to_recordset(${JSON.stringify(rows)}::json) as v(
      type text, id text, version integer, client_id text, body jsonb, status text, date text, codes json, names text,
      phones json, note_number bigint, note_words tsvector, client_line text, client_sort text, client_keys json,
      client_groups json, analyser integer)`.execute(db);
}

/** Leaves the first client as the server wrote it; throws where {@link insertRows} would have written another. */
async function checkAgainstWrite(server: TestServer, chart: readonly FhirResource[]): Promise<void> {
  const { db } = server.storage;
  const rows = async () => {
    const resources = await sql<Record<string, unknown>>`
      select to_jsonb(r) - 'written_at' as row from resource r where client_id = 'c0' order by type, id`.execute(
      db,
    );
    const members = await sql<Record<string, unknown>>`
      select * from care_team_member where client_id = 'c0'`.execute(db);
    return { resources: resources.rows, members: members.rows };
  };
  await insertRows(
    db,
    chart.map((resource) => rowOf(resource)),
  );
  const inserted = await rows();
  await sql`delete from resource where client_id = 'c0'`.execute(db);
  await sql`delete from care_team_member where client_id = 'c0'`.execute(db);
  await write({ db, clock: server.clock, random: server.random }, chart);
  if (!isDeepStrictEqual(inserted, await rows())) {
    throw new Error('The rows that this bench inserts are not those that the server writes');
  }
}

/** Drops the index of words, does `work`, and makes the same index again. */
async function withoutWordIndex(
  db: Database,
  say: (line: string) => void,
  work: () => Promise<void>,
): Promise<void> {
  const { rows } = await sql<{ indexdef: string }>`
    select indexdef from pg_indexes where indexname = 'resource_note_words'`.execute(db);
  const definition = rows[0]?.indexdef;
  if (definition === undefined) throw new Error('The server has no index of words');
  await sql`drop index resource_note_words`.execute(db);
  await work();
  say('  the index of words');
  await db.transaction().execute(async (trx) => {
    await sql`set local maintenance_work_mem = '1GB'`.execute(trx);
    await sql.raw(definition).execute(trx);
  });
}

function beginningOf(at: number, practitionerId: string): FhirResource[] {
  const clientId = `c${String(at)}`;
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

function readdressed(
  text: Composition,
  to: {
    readonly number: number;
    readonly at: number;
    readonly practitionerId: string;
    readonly time: number;
  },
): Composition {
  const { number, at, practitionerId, time } = to;
  const { relatesTo: _other, attester: _signed, ...rest } = text;
  return {
    ...rest,
    id: `n${String(number)}`,
    status: number % 100 === 0 ? 'preliminary' : 'final',
    subject: { reference: `Patient/c${String(at)}` },
    encounter: { reference: `Encounter/e${String(at)}` },
    author: [{ reference: `Practitioner/${practitionerId}` }],
    custodian: { reference: 'Organization/org' },
    date: toInstant(time),
  };
}
