import { CLIENT_GROUP_KINDS, GROUPING_TYPES, NARROWED_CLIENTS, factTerm } from '@fieldchart/clinical';
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { readScope } from '../access/readScope.ts';
import { RequestRefused } from '../fhir/answer.ts';
import { type Actor, refusal } from '../write/mutation.ts';
import { groupTerm } from './groupTerm.ts';
import { noteVectorQuery } from './noteVector.ts';
import type { ANALYSED_TYPES } from './searchDocument.ts';
import { type Condition, allOf, analysed } from './searchPage.ts';

type Query = ReadonlyMap<string, readonly string[]>;

/** The parameters of the query; each may be given once, `consent-ends` once for each end. */
export const NARROWING_PARAMETERS = [
  ...CLIENT_GROUP_KINDS,
  'unsigned-by',
  'not-seen-since',
  'at-risk',
  'consent-ends',
] as const;

/** When the client was last seen, as text in UTC; null if never. */
export const LAST_VISIT: RawBuilder<unknown> = sql`(select max(visit.date collate "C") from resource as visit
  where visit.type = 'Encounter' and visit.client_id = resource.id
    and visit.status not in ('planned', 'cancelled', 'entered-in-error'))`;

interface Narrowing {
  readonly conditions: readonly Condition[];
  /** What of the search's question is no part of it. */
  readonly rest: Query;
  /** Types beside the Patient whose rows must be prepared for the answer to be whole. */
  readonly looksAt: readonly (typeof ANALYSED_TYPES)[number][];
}

/**
 * The named query as conditions on a row of a Patient: `isNarrowedTo` says what they mean. A client is let through by
 * what the actor may read alone (S3): who reads no notes learns of none.
 */
export function narrowedClients(actor: Actor, query: Query): Narrowing {
  if (!query.has('_query')) return { conditions: [], rest: query, looksAt: [] };
  const rest = new Map(query);
  const take = (name: string): readonly string[] => {
    const values = query.get(name) ?? [];
    rest.delete(name);
    return values;
  };
  if (take('_query').join() !== NARROWED_CLIENTS) throw refused('there is no such query');
  const groups = CLIENT_GROUP_KINDS.flatMap((kind) => take(kind).map((value) => groupTerm({ kind, value })));
  const authors = take('unsigned-by');
  const notes = authors.map((author) => hasUnsigned(actor, author));
  const conditions = [
    ...groups.map((term) => hasGroup(actor, term)),
    ...notes,
    ...take('not-seen-since').map((since) => isNotSeen(actor, since)),
    ...take('at-risk').map((value) => isAtRisk(actor, value)),
    ...consentEnds(actor, take('consent-ends')),
  ];
  return {
    conditions,
    rest,
    looksAt: [
      ...(groups.length === 0 ? [] : GROUPING_TYPES),
      ...(notes.length === 0 ? [] : ['Composition' as const]),
    ],
  };
}

/** One record of the client, of those that the actor may read, is so. The inner names are the record's. */
function hasRecord(actor: Actor, conditions: readonly Condition[]): Condition {
  return sql<SqlBool>`resource.id in (select record.client_id from resource as record
    where ${allOf([...conditions, readScope(actor) as Condition])})`;
}

function hasGroup(actor: Actor, term: string): Condition {
  const types = sql.join(GROUPING_TYPES.map((type) => sql.lit(type)));
  return hasRecord(actor, [
    sql<SqlBool>`record.type in (${types}) and record.client_groups @> array[${term}]::text[]`,
  ]);
}

function hasUnsigned(actor: Actor, author: string): Condition {
  const words = noteVectorQuery([
    { kind: 'any', terms: [factTerm('author', author)], prefix: null },
    { kind: 'any', terms: [factTerm('status', 'preliminary')], prefix: null },
  ]);
  return hasRecord(actor, [
    analysed('Composition'),
    sql<SqlBool>`record.note_words @@ ${words ?? ''}::tsquery`,
  ]);
}

/** Who sees no visits cannot say who was not seen. */
function isNotSeen(actor: Actor, since: string): Condition {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/u.test(since))
    throw refused('that is not an instant in UTC');
  if (actor.role === 'administrator') return sql<SqlBool>`false`;
  return sql<SqlBool>`coalesce(${LAST_VISIT} < ${since}, true)`;
}

function isAtRisk(actor: Actor, value: string): Condition {
  if (value !== 'true') throw refused('at-risk is true or left out');
  return hasRecord(actor, [sql<SqlBool>`record.type = 'Flag' and record.status = 'active'`]);
}

function consentEnds(actor: Actor, ends: readonly string[]): Condition[] {
  if (ends.length === 0) return [];
  const end = (prefix: 'ge' | 'le') => {
    const [day, ...more] = ends.filter((value) => value.startsWith(prefix));
    if (day !== undefined && more.length === 0 && /^..\d{4}-\d{2}-\d{2}$/u.test(day)) return day.slice(2);
    throw refused('consent-ends is a first day (ge) and a last one (le)');
  };
  const [first, last] = [end('ge'), end('le')];
  if (ends.length > 2) throw refused('consent-ends is a first day (ge) and a last one (le)');
  return [
    hasRecord(actor, [
      sql<SqlBool>`record.type = 'Consent' and record.status = 'active'`,
      sql<SqlBool>`left(record.body #>> '{provision,period,end}', 10) collate "C" between ${first} and ${last}`,
    ]),
  ];
}

function refused(text: string): RequestRefused {
  return new RequestRefused(refusal(400, 'value', text));
}
