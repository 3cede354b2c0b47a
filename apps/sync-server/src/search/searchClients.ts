import { type ClientClause, compileClientText } from '@fieldchart/clinical';
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { readScope } from '../access/readScope.ts';
import { RequestRefused } from '../fhir/answer.ts';
import { plainCondition } from '../fhir/search.ts';
import type { Database } from '../storage/openStorage.ts';
import { type Actor, refusal } from '../write/mutation.ts';
import { LAST_VISIT, narrowedClients } from './narrowedClients.ts';
import { type SearchCursor, decodeSearchCursor, encodeSearchCursor } from './searchCursor.ts';
import {
  type Condition,
  type FoundRow,
  type PageRequest,
  type SearchPage,
  allOf,
  analysed,
  anyOf,
  countPreparing,
  countRows,
} from './searchPage.ts';

interface Order {
  readonly key: RawBuilder<unknown>;
  readonly descending: boolean;
  /** Some clients have none, and come last. */
  readonly optional: boolean;
}

/** What clients are ordered by, before their ids. */
const ORDERS: Readonly<Record<string, Order>> = {
  family: { key: sql`client_sort`, descending: false, optional: false },
  birthdate: { key: sql`date collate "C"`, descending: false, optional: true },
  '-last-visit': {
    key: LAST_VISIT,
    descending: true,
    optional: true,
  },
};
const USUAL = 'family';

const SCORES = { exact: 1, similar: 0.5 } as const;

/** Whether a search of Patients is one by text, or in one of the orders of clients. */
export function isClientSearch(type: string, query: ReadonlyMap<string, readonly string[]>): boolean {
  if (type !== 'Patient') return false;
  if (['_content', '_query', '_after'].some((name) => query.has(name))) return true;
  return Object.hasOwn(ORDERS, query.get('_sort')?.join(',') ?? '') && !query.has('_offset');
}

/**
 * A page of the clients that answer, within what the actor may read (S3): those that hold what was typed, then those
 * with a name that may be misspelt, each in the order that was asked for.
 */
export async function searchClients(db: Database, actor: Actor, request: PageRequest): Promise<SearchPage> {
  const { query, count, after, counted } = request;
  const name = query.get('_sort')?.join(',') ?? USUAL;
  const order = Object.hasOwn(ORDERS, name) ? ORDERS[name] : undefined;
  if (order === undefined) {
    throw new RequestRefused(refusal(400, 'not-supported', 'that order is not supported'));
  }
  const cursor = after === undefined ? undefined : decodeSearchCursor(after, name);
  const narrowing = narrowedClients(actor, query);
  const { scope, exact, similar } = conditionsOf(narrowing.rest);
  const within = [analysed('Patient'), readScope(actor) as Condition, ...narrowing.conditions, ...scope];
  const read = (
    match: 'exact' | 'similar',
    condition: Condition,
    from: SearchCursor | undefined,
    most: number,
  ) => readPage(db, { where: allOf([...within, condition]), order, from, most, score: SCORES[match] });
  const [total, preparing] = await Promise.all([
    !counted
      ? undefined
      : cursor === undefined
        ? countRows(db, allOf([...within, similar === undefined ? exact : anyOf([exact, similar])]))
        : cursor.total,
    countPreparing(db, actor, ['Patient', ...narrowing.looksAt]),
  ]);
  const rows =
    count === 0 || cursor?.similar === true ? [] : [...(await read('exact', exact, cursor, count + 1))];
  if (count > 0 && rows.length <= count && similar !== undefined) {
    const from = cursor?.similar === true ? cursor : undefined;
    rows.push(...(await read('similar', similar, from, count + 1 - rows.length)));
  }
  const shown = rows.slice(0, count);
  const last = shown.at(-1);
  const next =
    last === undefined || rows.length <= count
      ? undefined
      : encodeSearchCursor({
          order: name,
          similar: last.score === SCORES.similar,
          key: last.key,
          id: last.id,
          total: total ?? null,
        });
  return { rows: shown, total, next, preparing };
}

interface PageOfOne {
  readonly where: Condition;
  readonly order: Order;
  readonly from: SearchCursor | undefined;
  readonly most: number;
  readonly score: number;
}

async function readPage(
  db: Database,
  { where, order, from, most, score }: PageOfOne,
): Promise<readonly (FoundRow & { readonly score: number })[]> {
  const { key, descending } = order;
  const after = from === undefined ? sql`` : sql`and ${isAfter(order, from)}`;
  const { rows } = await sql<FoundRow>`
    select type, id, version, client_id, body, written_at, ${key} as key
    from resource where ${where} ${after}
    order by ${key} ${sql.raw(descending ? 'desc nulls last' : 'asc')}, id collate "C" limit ${most}`.execute(
    db,
  );
  return rows.map((row) => ({ ...row, score }));
}

function isAfter({ key, descending, optional }: Order, { key: last, id }: SearchCursor): Condition {
  if (last === null) return sql<SqlBool>`(${key} is null and id collate "C" > ${id})`;
  const text = String(last);
  const later = descending
    ? sql<SqlBool>`(${key} < ${text} or (${key} = ${text} and id collate "C" > ${id}))`
    : sql<SqlBool>`(${key}, id collate "C") > (${text}, ${id})`;
  return optional ? anyOf([later, sql<SqlBool>`${key} is null`]) : later;
}

/** What narrows the search, and what in it matches as typed or, where a name can be misspelt, nearly. */
function conditionsOf(query: PageRequest['query']): {
  readonly scope: readonly Condition[];
  readonly exact: Condition;
  readonly similar: Condition | undefined;
} {
  const scope: Condition[] = [];
  const clauses: ClientClause[] = [];
  for (const [name, values] of query) {
    for (const value of values) {
      if (name === '_content') clauses.push(...compileClientText(value));
      else if (name !== '_sort') scope.push(plainCondition('Patient', name, value));
    }
  }
  const exact = allOf([sql<SqlBool>`true`, ...clauses.map(isTyped)]);
  const keys = clauses.flatMap((clause) => clause.keys);
  if (keys.length === 0) return { scope, exact, similar: undefined };
  // Of the similar ones, at least one name answers by a key alone: an index finds these.
  const similar = allOf([sql<SqlBool>`not ${exact}`, hasKey(keys), ...clauses.map(isSimilar)]);
  return { scope, exact, similar };
}

function isTyped({ texts }: ClientClause): Condition {
  return anyOf(texts.map((text) => sql<SqlBool>`strpos(client_line, ${text}) > 0`));
}

function isSimilar(clause: ClientClause): Condition {
  return clause.keys.length === 0 ? isTyped(clause) : anyOf([isTyped(clause), hasKey(clause.keys)]);
}

function hasKey(keys: readonly string[]): Condition {
  return sql<SqlBool>`client_keys && ${[...keys]}::text[]`;
}
