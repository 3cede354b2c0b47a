import { ANALYSER_VERSION } from '@fieldchart/clinical';
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { readScope } from '../access/readScope.ts';
import { RequestRefused, type VersionRow } from '../fhir/answer.ts';
import type { Database } from '../storage/openStorage.ts';
import { type Actor, refusal } from '../write/mutation.ts';
import type { ANALYSED_TYPES } from './searchDocument.ts';

export type Condition = RawBuilder<SqlBool>;

export interface FoundRow extends VersionRow {
  readonly client_id: string | null;
  /** What the answers are ordered by, before their ids. */
  readonly key: string | number | null;
}

/** A page of what the analyser finds. */
export interface SearchPage {
  readonly rows: readonly (FoundRow & { readonly score?: number })[];
  /** Exact up to {@link MOST_COUNTED}, null beyond it; undefined where nobody asked. */
  readonly total: number | null | undefined;
  /** Where the next page begins. */
  readonly next: string | undefined;
  /** Rows of this type that are not analysed yet and were left out; {@link MOST_COUNTED} + 1 for more than that. */
  readonly preparing: number;
}

/** What every such search is asked with. */
export interface PageRequest {
  readonly query: ReadonlyMap<string, readonly string[]>;
  /** 0 for the total alone. */
  readonly count: number;
  readonly after: string | undefined;
  /** Whether a total is wanted. */
  readonly counted: boolean;
}

export const MOST_COUNTED = 1000;

/** How many rows answer; null for more than are counted. */
export async function countRows(db: Database, where: Condition): Promise<number | null> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from
    (select 1 from resource where ${where} limit ${sql.lit(MOST_COUNTED + 1)}) as found`.execute(db);
  const count = rows[0]?.count ?? 0;
  return count > MOST_COUNTED ? null : count;
}

/** The rows of a type that this version of the analyser has seen. */
export function analysed(type: (typeof ANALYSED_TYPES)[number]): Condition {
  return sql<SqlBool>`type = ${sql.lit(type)} and analyser = ${sql.lit(ANALYSER_VERSION)}`;
}

/** Those that it has not seen; written so that an index finds them. */
export function notAnalysed(type: (typeof ANALYSED_TYPES)[number]): Condition {
  const version = sql.lit(ANALYSER_VERSION);
  return sql<SqlBool>`type = ${sql.lit(type)} and (analyser < ${version} or analyser > ${version})`;
}

/** How many rows of these types, of those that the actor may read, are not analysed yet. */
export async function countPreparing(
  db: Database,
  actor: Actor,
  types: readonly (typeof ANALYSED_TYPES)[number][],
): Promise<number> {
  let count = 0;
  for (const type of types) {
    const found = await countRows(db, allOf([notAnalysed(type), readScope(actor) as Condition]));
    if (found === null) return MOST_COUNTED + 1;
    count += found;
  }
  return Math.min(count, MOST_COUNTED + 1);
}

export function allOf(conditions: readonly Condition[]): Condition {
  return sql<SqlBool>`(${sql.join(conditions, sql` and `)})`;
}

export function anyOf(conditions: readonly Condition[]): Condition {
  return sql<SqlBool>`(${sql.join(conditions, sql` or `)})`;
}

/** The values of one parameter: a comma means or, as everywhere in FHIR search. */
export function alternatives(name: string, text: string): readonly string[] {
  const values = text.split(',').filter((value) => value !== '');
  if (values.length > 0) return values;
  throw new RequestRefused(refusal(400, 'value', `the value of ${name} is empty`));
}
