import type { Database, SqlValue } from '@fieldchart/encrypted-sqlite';
import { type Clock, toInstant } from '@fieldchart/foundation';
import { inGroupSql, readGroups } from './clientGroups.ts';
import { clientTextSql } from './clientIndex.ts';
import type { ClientCursor, ClientListRow, ClientQuery, RecordStore } from './recordStore.ts';

/** Counted exactly so far: beyond it, more digits help nobody and cost time. */
export const COUNTED = 1_000;

/** The list of this device's clients, and what it can be narrowed to. */
export function createClientList(deps: {
  readonly database: Database;
  readonly clock: Clock;
}): Pick<RecordStore, 'listClients' | 'clientGroups'> {
  const { database, clock } = deps;
  return {
    async listClients(query) {
      const { first, rows, total } = clientSql(query, clock.now());
      const [count] = await database.all<{ total: number }>(total.sql, total.params);
      const known = first === undefined ? [] : await database.all<ClientRow>(first.sql, first.params);
      const others = await database.all<ClientRow>(rows.sql, rows.params);
      const last = others.length < query.limit ? undefined : others.at(-1);
      return {
        rows: [...known.map((row) => toListRow(row, true)), ...others.map((row) => toListRow(row, false))],
        total: count?.total ?? 0,
        next: last === undefined ? null : cursorOf(last, query.sort),
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
  readonly sort_name: string;
};

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

function cursorOf(row: ClientRow, sort: ClientQuery['sort']): ClientCursor {
  return { similar: row.similar === 1, place: row[SORTS[sort].column], clientId: row.client_id };
}

const UNSIGNED = `FROM records n WHERE n.client_id = c.client_id AND n.author = ?
  AND n.type = 'Composition' AND n.status = 'preliminary'`;
const WAITING = 'EXISTS (SELECT 1 FROM outbox o WHERE o.client_id = c.client_id)';
const THIRTY_DAYS = 30 * 24 * 60 * 60 * 1000;

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
  name: { column: 'sort_name', up: true },
  'last-visit': { column: 'last_visit', up: false },
  'next-visit': { column: 'next_visit', up: true },
  'birth-date': { column: 'birth_date', up: true },
} as const;

interface Sql {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}

/** The list's page, those known to the user before its first one, and how many there are. */
export function clientSql(
  query: ClientQuery,
  now: number,
): { readonly first: Sql | undefined; readonly rows: Sql; readonly total: Sql } {
  const text = clientTextSql(query.search ?? '');
  const answering = and([
    ...(text === undefined ? [] : [text.similar]),
    ...filterSql(query, now),
    ...(query.groups ?? []).map(inGroupSql),
  ]);
  const { column, up } = SORTS[query.sort];
  const place = column === 'next_visit' ? column : `c.${column}`;
  const columns: Sql = {
    sql: `SELECT c.client_id, c.name, c.sort_name, c.birth_date, c.city, c.last_visit,
        (SELECT count(*) ${UNSIGNED}) AS unsigned_notes, ${WAITING} AS waiting, ${NEXT_VISIT} AS next_visit,
        ${text === undefined ? '0' : `NOT (${text.exact.sql})`} AS similar FROM clients c`,
    params: [`Practitioner/${query.practitionerId}`, toInstant(now), ...(text?.exact.params ?? [])],
  };
  const ids = JSON.stringify(query.first ?? []);
  // Whoever answers only if misspelt is not put before those who answer as typed.
  const known = and([
    { sql: 'c.client_id IN (SELECT value FROM json_each(?))', params: [ids] },
    ...(text === undefined ? [] : [text.exact]),
  ]);
  const anyKnown = (query.first ?? []).length > 0;
  const others = and([
    answering,
    ...(anyKnown ? [{ sql: `NOT (${known.sql})`, params: known.params }] : []),
    ...(query.after === undefined ? [] : [afterSql(query.after, { place, up, ranked: text !== undefined })]),
  ]);
  const direction = up ? 'ASC NULLS LAST' : 'DESC';
  const order = `ORDER BY ${text === undefined ? '' : 'similar, '}${place} ${direction}, c.client_id LIMIT ?`;
  return {
    first:
      anyKnown && query.after === undefined
        ? join(columns, where(and([answering, known])), {
            sql: 'ORDER BY (SELECT key FROM json_each(?) WHERE value = c.client_id)',
            params: [ids],
          })
        : undefined,
    rows: join(columns, where(others), { sql: order, params: [query.limit] }),
    total: {
      sql: `SELECT count(*) AS total FROM (SELECT 1 FROM clients c ${where(answering).sql} LIMIT ${COUNTED + 1})`,
      params: answering.params,
    },
  };
}

function filterSql({ filter, practitionerId }: ClientQuery, now: number): readonly Sql[] {
  switch (filter ?? 'all') {
    case 'all':
      return [];
    case 'unsigned':
      return [{ sql: `EXISTS (SELECT 1 ${UNSIGNED})`, params: [`Practitioner/${practitionerId}`] }];
    case 'not-seen-30-days':
      return [{ sql: '(c.last_visit IS NULL OR c.last_visit < ?)', params: [toInstant(now - THIRTY_DAYS)] }];
    case 'waiting':
      return [{ sql: WAITING, params: [] }];
    case 'risk':
      return [{ sql: RISK, params: [] }];
    case 'consent-expiring': {
      const [today, last] = [now, now + THIRTY_DAYS].map((at) => toInstant(at).slice(0, 10));
      return [{ sql: EXPIRING, params: [today ?? '', last ?? ''] }];
    }
  }
}

/** Whoever stands after the last row of a page, in the order of its sort. */
function afterSql(
  { similar, place: value, clientId }: ClientCursor,
  { place, up, ranked }: { readonly place: string; readonly up: boolean; readonly ranked: boolean },
): Sql {
  const behind: Sql =
    value === null
      ? { sql: `(${place} IS NULL AND c.client_id > ?)`, params: [clientId] }
      : {
          sql: `(${place} ${up ? '>' : '<'} ? OR ${place} IS NULL OR (${place} = ? AND c.client_id > ?))`,
          params: [value, value, clientId],
        };
  if (!ranked) return behind;
  const rank = similar ? 1 : 0;
  return {
    sql: `(similar > ? OR (similar = ? AND ${behind.sql}))`,
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
