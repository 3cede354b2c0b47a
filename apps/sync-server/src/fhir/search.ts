import { foldText } from '@fieldchart/clinical';
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { readScope } from '../access/readScope.ts';
import type { Database } from '../storage/openStorage.ts';
import { type Actor, refusal } from '../write/mutation.ts';
import { RequestRefused, type VersionRow } from './answer.ts';

export type SearchParameter = {
  readonly name: string;
  readonly type: 'token' | 'string' | 'date' | 'reference';
  readonly column: Column;
};
type Column = 'id' | 'status' | 'date' | 'codes' | 'names' | 'phones' | 'client_id';

const ofPatient: readonly SearchParameter[] = [{ name: 'patient', type: 'reference', column: 'client_id' }];
const byId: SearchParameter = { name: '_id', type: 'token', column: 'id' };
const byStatus: SearchParameter = { name: 'status', type: 'token', column: 'status' };
const byDate: SearchParameter = { name: 'date', type: 'date', column: 'date' };

/** The search parameters of each type: what the CapabilityStatement lists and search accepts. */
export const SEARCH_PARAMETERS: Readonly<Record<string, readonly SearchParameter[]>> = {
  Patient: [
    byId,
    { name: 'name', type: 'string', column: 'names' },
    { name: 'birthdate', type: 'date', column: 'date' },
    { name: 'identifier', type: 'token', column: 'codes' },
    { name: 'phone', type: 'token', column: 'phones' },
  ],
  Practitioner: [byId, { name: 'name', type: 'string', column: 'names' }],
  Organization: [byId],
  Encounter: [byId, ...ofPatient, byStatus, byDate, { name: 'type', type: 'token', column: 'codes' }],
  Composition: [byId, ...ofPatient, byStatus, byDate, { name: 'type', type: 'token', column: 'codes' }],
  Condition: [
    byId,
    ...ofPatient,
    { name: 'clinical-status', type: 'token', column: 'status' },
    { name: 'recorded-date', type: 'date', column: 'date' },
    { name: 'code', type: 'token', column: 'codes' },
  ],
  // R4 searches a Flag by no status; R5 is the first to.
  Flag: [byId, ...ofPatient, byDate],
  EpisodeOfCare: [byId, ...ofPatient, byStatus, byDate, { name: 'type', type: 'token', column: 'codes' }],
  Appointment: [byId, ...ofPatient, byStatus, byDate],
  Consent: [byId, ...ofPatient, byStatus, byDate, { name: 'category', type: 'token', column: 'codes' }],
  CareTeam: [byId, ...ofPatient, byStatus],
  Provenance: [byId, ...ofPatient, { name: 'recorded', type: 'date', column: 'date' }],
};

const SORTS: Readonly<Record<string, string>> = {
  _lastUpdated: 'written_at',
  _id: 'id',
  date: 'date',
  birthdate: 'date',
  name: 'names',
};

export interface SearchResult {
  readonly rows: readonly (VersionRow & { readonly client_id: string | null })[];
  readonly total: number;
}

/** Searches one type within what the actor may read. A parameter that is not known is refused, never ignored. */
export async function searchResources(
  db: Database,
  actor: Actor,
  search: {
    readonly type: string;
    readonly query: ReadonlyMap<string, readonly string[]>;
    readonly count: number;
    readonly offset: number;
  },
): Promise<SearchResult> {
  const conditions: RawBuilder<SqlBool>[] = [];
  let order = sql`id`;
  for (const [name, values] of search.query) {
    if (name === '_sort') {
      order = toOrder(values.join(','));
      continue;
    }
    for (const value of values) conditions.push(plainCondition(search.type, name, value));
  }
  const where = sql.join([sql`type = ${search.type}`, readScope(actor), ...conditions], sql` and `);
  const { rows } = await sql<VersionRow & { client_id: string | null; total: number }>`
    select type, id, version, client_id, body, written_at, count(*) over () as total
    from resource where ${where} order by ${order} limit ${search.count} offset ${search.offset}`.execute(db);
  return { rows, total: rows[0]?.total ?? 0 };
}

/** The condition on rows that one value of a parameter puts; a parameter that the type does not have is refused. */
export function plainCondition(type: string, name: string, value: string): RawBuilder<SqlBool> {
  const parameter = SEARCH_PARAMETERS[type]?.find((known) => known.name === name);
  if (parameter !== undefined) return toCondition(parameter, value);
  throw new RequestRefused(refusal(400, 'not-supported', `${type} is not searched by that parameter`));
}

function toOrder(text: string): RawBuilder<unknown> {
  const parts = text.split(',').map((part) => {
    const descending = part.startsWith('-');
    const column = SORTS[descending ? part.slice(1) : part];
    if (column === undefined) {
      throw new RequestRefused(refusal(400, 'not-supported', 'that order is not supported'));
    }
    return descending ? sql`${sql.ref(column)} desc nulls last` : sql`${sql.ref(column)} nulls last`;
  });
  return sql.join([...parts, sql`id`], sql`, `);
}

/** Comma means or, as everywhere in FHIR search. */
function toCondition(parameter: SearchParameter, text: string): RawBuilder<SqlBool> {
  const values = text.split(',').filter((value) => value !== '');
  if (values.length === 0) {
    throw new RequestRefused(refusal(400, 'value', `the value of ${parameter.name} is empty`));
  }
  return sql<SqlBool>`(${sql.join(
    values.map((value) => toAlternative(parameter, value)),
    sql` or `,
  )})`;
}

function toAlternative({ type, column }: SearchParameter, value: string): RawBuilder<SqlBool> {
  switch (type) {
    case 'date':
      return toDateCondition(value);
    case 'string': {
      const prefix = foldText(value).replaceAll(/[\\%_]/gu, String.raw`\$&`);
      return sql<SqlBool>`names like ${`% ${prefix}%`}`;
    }
    case 'reference':
      return sql<SqlBool>`client_id = ${value.replace(/^Patient\//u, '')}`;
    case 'token':
      if (column === 'codes') return sql<SqlBool>`${value} = any(codes)`;
      if (column === 'phones') return sql<SqlBool>`${value.replaceAll(/\D/gu, '')} = any(phones)`;
      return sql<SqlBool>`${sql.ref(column)} = ${value}`;
  }
}

const PREFIXES: Readonly<Record<string, string>> = { ge: '>=', gt: '>', le: '<=', lt: '<', eq: '=' };

/** A date of any precision, compared as far as it says: `date=2026-03` means within March. */
function toDateCondition(value: string): RawBuilder<SqlBool> {
  const match = /^(ge|gt|le|lt|eq)?(\d{4}(?:-\d{2}(?:-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))?)?)?)$/u.exec(
    value,
  );
  const day = match?.[2];
  const time = day?.includes('T') === true ? new Date(day) : undefined;
  if (day === undefined || (time !== undefined && Number.isNaN(time.getTime()))) {
    throw new RequestRefused(refusal(400, 'value', 'that is not a date'));
  }
  const comparable = time?.toISOString() ?? day;
  const operator = sql.raw(PREFIXES[match?.[1] ?? 'eq'] ?? '=');
  return sql<SqlBool>`left(date, ${comparable.length}) ${operator} ${comparable}`;
}
