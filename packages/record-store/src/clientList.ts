import { narrowingOf } from '@fieldchart/clinical';
import type { Database, SqlValue } from '@fieldchart/encrypted-sqlite';
import { type Clock, toInstant } from '@fieldchart/foundation';
import { inGroupSql, readGroups } from './clientGroups.ts';
import { clientTextSql } from './clientIndex.ts';
import type { ClientCursor, ClientListRow, ClientQuery, Search } from './search.ts';

/** Counted exactly so far: beyond it, more digits help nobody and cost time. */
export const COUNTED = 1_000;

/** The list of this device's clients, and what it can be narrowed to. */
export function createClientList(deps: {
  readonly database: Database;
  readonly clock: Clock;
}): Pick<Search, 'listClients' | 'clientGroups'> {
  const { database, clock } = deps;
  return {
    async listClients(query) {
      const { first, page } = clientSql(query, clock.now());
      const known = first === undefined ? [] : await database.all<ClientRow>(first.sql, first.params);
      const counted = await database.all<CountedRow>(page.sql, page.params);
      const others = counted.filter((row): row is CountedRow & ClientRow => row.client_id !== null);
      const last = others.length < query.limit ? undefined : others.at(-1);
      return {
        rows: [...known.map((row) => toListRow(row, true)), ...others.map((row) => toListRow(row, false))],
        total: counted[0]?.total ?? 0,
        next: last === undefined ? null : cursorOf(last),
      };
    },

    clientGroups: () => readGroups(database),
  };
}

type ClientRow = {
  readonly client_id: string;
  readonly name: string;
  readonly birth_date: string | null;
  readonly city: string | null;
  readonly last_visit: string | null;
  readonly unsigned_notes: number;
  readonly waiting: number;
  readonly similar: number;
  readonly next_visit: string | null;
  /** What its sort compares. */
  readonly place: string | null;
};

/** The total stands in every row, and alone in one where the page is empty. */
type CountedRow = (ClientRow | { readonly client_id: null }) & { readonly total: number };

function toListRow(row: ClientRow, first: boolean): ClientListRow {
  return {
    clientId: row.client_id,
    name: row.name,
    birthDate: row.birth_date,
    city: row.city,
    lastVisit: row.last_visit,
    unsignedNotes: row.unsigned_notes,
    waiting: row.waiting === 1,
    similar: row.similar === 1,
    nextVisit: row.next_visit,
    first,
  };
}

function cursorOf({ similar, place, client_id: clientId }: ClientRow): ClientCursor {
  return { similar: similar === 1, place, clientId };
}

const UNSIGNED = `FROM records n WHERE n.client_id = c.client_id AND n.author = ?
  AND n.type = 'Composition' AND n.status = 'preliminary'`;
const WAITING = 'EXISTS (SELECT 1 FROM outbox o WHERE o.client_id = c.client_id)';

/** The earliest booking that has not passed; its one parameter is the moment. */
const NEXT_VISIT = `(SELECT min(a.date) FROM records a
  WHERE a.client_id = c.client_id AND a.type = 'Appointment' AND a.status = 'booked' AND a.date >= ?)`;
/** Somebody has flagged the client, and nobody has ended it. */
const RISK = `EXISTS (SELECT 1 FROM records f WHERE f.client_id = c.client_id AND f.type = 'Flag' AND f.status = 'active')`;
/** A consent in force that ends between two days. */
const EXPIRING = `EXISTS (SELECT 1 FROM records s WHERE s.client_id = c.client_id AND s.type = 'Consent' AND s.status = 'active'
  AND substr(json_extract(s.resource, '$.provision.period.end'), 1, 10) BETWEEN ? AND ?)`;

/** What each sort compares; who has none of it stands last, and clients who are equal by their ids. */
const SORTS = {
  name: { place: 'c.sort_name', up: true },
  'last-visit': { place: 'c.last_visit', up: false },
  'next-visit': { place: NEXT_VISIT, up: true },
  'birth-date': { place: 'c.birth_date', up: true },
} as const;

interface Sql {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}

/**
 * The list's page with how many there are, and those known to the user before its first one. Who answers a text is
 * looked for once, in all clients; what else a row shows is read for the page alone.
 */
export function clientSql(
  query: ClientQuery,
  now: number,
): { readonly first: Sql | undefined; readonly page: Sql } {
  const text = clientTextSql(query.search ?? '');
  const answering = and([
    ...(text === undefined ? [] : [text.similar]),
    ...filterSql(query, now),
    ...(query.groups ?? []).map(inGroupSql),
  ]);
  const { place, up } = SORTS[query.sort];
  const ranked = join(
    { sql: 'SELECT c.client_id,', params: [] },
    text === undefined
      ? { sql: '0 AS similar,', params: [] }
      : { sql: `NOT (${text.exact.sql}) AS similar,`, params: text.exact.params },
    { sql: `${place} AS place FROM clients c`, params: place === NEXT_VISIT ? [toInstant(now)] : [] },
  );
  const ids = JSON.stringify(query.first ?? []);
  // Whoever answers only if misspelt is not put before those who answer as typed.
  const known = { sql: 'f.similar = 0 AND f.client_id IN (SELECT value FROM json_each(?))', params: [ids] };
  const anyKnown = (query.first ?? []).length > 0;
  const others = and([
    ...(anyKnown ? [{ sql: `NOT (${known.sql})`, params: known.params }] : []),
    ...(query.after === undefined ? [] : [afterSql(query.after, { up, ranked: text !== undefined })]),
  ]);
  const order = `${text === undefined ? '' : 'f.similar, '}f.place ${up ? 'ASC NULLS LAST' : 'DESC'}, f.client_id`;
  const shown: Sql = {
    sql: `SELECT c.client_id, c.name, c.birth_date, c.city, c.last_visit, f.similar, f.place,
      (SELECT count(*) ${UNSIGNED}) AS unsigned_notes, ${WAITING} AS waiting, ${NEXT_VISIT} AS next_visit`,
    params: [`Practitioner/${query.practitionerId}`, toInstant(now)],
  };
  const found = (kept: string, which: Sql): Sql =>
    join({ sql: `WITH found AS ${kept} (`, params: [] }, ranked, where(which), { sql: ')', params: [] });
  const among = { sql: 'c.client_id IN (SELECT value FROM json_each(?))', params: [ids] };
  return {
    first:
      anyKnown && query.after === undefined
        ? join(found('NOT MATERIALIZED', and([answering, among])), shown, {
            sql: `FROM found f JOIN clients c ON c.client_id = f.client_id WHERE f.similar = 0
              ORDER BY (SELECT key FROM json_each(?) WHERE value = f.client_id)`,
            params: [ids],
          })
        : undefined,
    // Without a text an index gives them in their order, and no more is read than is shown.
    page: join(
      found(text === undefined ? 'NOT MATERIALIZED' : 'MATERIALIZED', answering),
      { sql: ', page AS MATERIALIZED (SELECT f.client_id, f.similar, f.place FROM found f', params: [] },
      where(others),
      { sql: `ORDER BY ${order} LIMIT ?)`, params: [query.limit] },
      shown,
      {
        sql: `, t.total FROM (SELECT count(*) AS total FROM (SELECT 1 FROM found LIMIT ${COUNTED + 1})) t
          LEFT JOIN page f LEFT JOIN clients c ON c.client_id = f.client_id ORDER BY ${order}`,
        params: [],
      },
    ),
  };
}

/** `isNarrowedTo` says what each part means; what waits is known to this device alone. */
function filterSql({ filter = 'all', practitionerId }: ClientQuery, now: number): readonly Sql[] {
  if (filter === 'all') return [];
  if (filter === 'waiting') return [{ sql: WAITING, params: [] }];
  const { unsignedBy, notSeenSince, atRisk, consentEnds } = narrowingOf(filter, { practitionerId, now });
  return [
    ...(unsignedBy === undefined ? [] : [{ sql: `EXISTS (SELECT 1 ${UNSIGNED})`, params: [unsignedBy] }]),
    ...(notSeenSince === undefined
      ? []
      : [{ sql: '(c.last_visit IS NULL OR c.last_visit < ?)', params: [notSeenSince] }]),
    ...(atRisk === undefined ? [] : [{ sql: RISK, params: [] }]),
    ...(consentEnds === undefined ? [] : [{ sql: EXPIRING, params: [consentEnds.first, consentEnds.last] }]),
  ];
}

/** Whoever stands after the last row of a page, in the order of its sort. */
function afterSql(
  { similar, place, clientId }: ClientCursor,
  { up, ranked }: { readonly up: boolean; readonly ranked: boolean },
): Sql {
  const behind: Sql =
    place === null
      ? { sql: '(f.place IS NULL AND f.client_id > ?)', params: [clientId] }
      : {
          sql: `(f.place ${up ? '>' : '<'} ? OR f.place IS NULL OR (f.place = ? AND f.client_id > ?))`,
          params: [place, place, clientId],
        };
  if (!ranked) return behind;
  const rank = similar ? 1 : 0;
  return {
    sql: `(f.similar > ? OR (f.similar = ? AND ${behind.sql}))`,
    params: [rank, rank, ...behind.params],
  };
}

function and(parts: readonly Sql[]): Sql {
  const asked = parts.filter(({ sql }) => sql !== '');
  return { sql: asked.map(({ sql }) => sql).join(' AND '), params: asked.flatMap(({ params }) => params) };
}

function where({ sql, params }: Sql): Sql {
  return { sql: sql === '' ? '' : `WHERE ${sql}`, params };
}

function join(...parts: readonly Sql[]): Sql {
  return { sql: parts.map(({ sql }) => sql).join(' '), params: parts.flatMap(({ params }) => params) };
}
