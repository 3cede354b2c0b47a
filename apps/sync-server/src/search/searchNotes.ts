import { type NoteClause, compileNoteQuery, factTerm } from '@fieldchart/clinical';
import { type RawBuilder, sql, type SqlBool } from 'kysely';
import { readScope } from '../access/readScope.ts';
import { RequestRefused } from '../fhir/answer.ts';
import { plainCondition } from '../fhir/search.ts';
import type { Database } from '../storage/openStorage.ts';
import { type Actor, refusal } from '../write/mutation.ts';
import { dateRange } from './dateRange.ts';
import { noteVectorQuery } from './noteVector.ts';
import { decodeSearchCursor, encodeSearchCursor } from './searchCursor.ts';
import {
  type Condition,
  type FoundRow,
  type PageRequest,
  type SearchPage,
  allOf,
  alternatives,
  analysed,
  countPreparing,
  countRows,
} from './searchPage.ts';

const ORDER = '-date';
/** More clients than that are looked up faster by the scope's own condition. */
const MOST_CLIENTS = 2000;

/** Whether a search of Compositions is one by text or author, or in the order of notes. */
export function isNoteSearch(type: string, query: ReadonlyMap<string, readonly string[]>): boolean {
  if (type !== 'Composition') return false;
  if (['_content', 'author', '_after'].some((name) => query.has(name))) return true;
  return query.get('_sort')?.join(',') === ORDER && !query.has('_offset');
}

/** A page of the notes that answer, newest first, within what the actor may read (S3). */
export async function searchNotes(db: Database, actor: Actor, request: PageRequest): Promise<SearchPage> {
  const { count, after, counted } = request;
  const cursor = after === undefined ? undefined : decodeSearchCursor(after, ORDER);
  const { few, many } = await conditionsOf(db, actor, request);
  const countsFirst = counted || few !== many;
  const [known, preparing] = await Promise.all([
    cursor === undefined ? (countsFirst ? countRows(db, few) : null) : cursor.total,
    countPreparing(db, actor, ['Composition']),
  ]);
  const source = known === null ? sql`resource where ${many}` : sortedAfterwards(few);
  const rows = count === 0 ? [] : await readPage(db, source, cursor, count + 1);
  const shown = rows.slice(0, count);
  const last = shown.at(-1);
  const next =
    last === undefined || rows.length <= count
      ? undefined
      : encodeSearchCursor({
          order: ORDER,
          similar: false,
          key: last.key,
          id: last.id,
          total: known,
        });
  return { rows: shown, total: counted ? known : undefined, next, preparing };
}

/**
 * Answers that are known to be few are all looked up, and put in order then. Without the fence PostgreSQL, which cannot
 * tell that they are few, would walk the order of everybody's notes to meet the first of them.
 */
const sortedAfterwards = (few: Condition) => sql`
  (select type, id, version, client_id, body, written_at, note_number from resource where ${few} offset 0) as few
  where true`;

async function readPage(
  db: Database,
  source: RawBuilder<unknown>,
  cursor: { readonly key: string | number | null; readonly id: string } | undefined,
  limit: number,
): Promise<readonly FoundRow[]> {
  const after =
    cursor === undefined
      ? sql``
      : sql`and (note_number, id collate "C") < (${Number(cursor.key)}::bigint, ${cursor.id})`;
  const { rows } = await sql<FoundRow>`
    select type, id, version, client_id, body, written_at, note_number as key
    from ${source} ${after}
    order by note_number desc, id collate "C" desc limit ${limit}`.execute(db);
  return rows;
}

/**
 * The same question twice: asked so that the index of words gives the answers, where they are few, and so that the
 * order of notes does, where they are more than are counted and the first of them are soon met.
 */
async function conditionsOf(
  db: Database,
  actor: Actor,
  request: PageRequest,
): Promise<{ readonly few: Condition; readonly many: Condition }> {
  const { clauses, conditions } = askedOf(request.query);
  const always = [analysed('Composition'), readScope(actor) as Condition, ...conditions];
  const words = noteVectorQuery(clauses);
  const many = allOf([
    ...always,
    ...(words === undefined ? [] : [sql<SqlBool>`note_words @@ ${words}::tsquery`]),
  ]);
  const within = noteVectorQuery([...(await caseloadTerms(db, actor, request)), ...clauses]);
  if (within === undefined || within === words) return { few: many, many };
  // As a subquery: PostgreSQL takes hundreds of clients joined by "or" for nearly all notes, and would read them all.
  return { few: allOf([...always, sql<SqlBool>`note_words @@ (select ${within}::tsquery)`]), many };
}

/**
 * A clinician's clients as terms, beside the scope that decides: the index of words then gives the caseload's notes
 * alone, where a common word would lead through everybody's.
 */
async function caseloadTerms(db: Database, actor: Actor, { query }: PageRequest): Promise<NoteClause[]> {
  if (actor.role !== 'clinician' || query.has('patient')) return [];
  const rows = await db
    .selectFrom('caseload')
    .select('client_id')
    .distinct()
    .where('practitioner_id', '=', actor.practitionerId)
    .limit(MOST_CLIENTS + 1)
    .execute();
  if (rows.length === 0 || rows.length > MOST_CLIENTS) return [];
  return [
    anyFact(
      'client',
      rows.map((row) => row.client_id),
    ),
  ];
}

function askedOf(query: PageRequest['query']): {
  readonly clauses: readonly NoteClause[];
  readonly conditions: readonly Condition[];
} {
  const clauses: NoteClause[] = [];
  const conditions: Condition[] = [];
  for (const [name, values] of query) {
    for (const value of values) {
      switch (name) {
        case '_sort':
          if (value === ORDER) break;
          throw new RequestRefused(refusal(400, 'not-supported', 'that order is not supported'));
        case '_content':
          clauses.push(...compileNoteQuery({ text: value }).clauses);
          break;
        case 'author':
          clauses.push(anyFact('author', alternatives(name, value).map(toPractitioner)));
          break;
        case 'status':
          clauses.push(anyFact('status', alternatives(name, value)));
          break;
        case 'date':
          conditions.push(inRanges(alternatives(name, value)));
          break;
        default:
          conditions.push(plainCondition('Composition', name, value));
      }
    }
  }
  return { clauses, conditions };
}

function anyFact(name: 'author' | 'client' | 'status', values: readonly string[]): NoteClause {
  return { kind: 'any', terms: values.map((value) => factTerm(name, value)), prefix: null };
}

function toPractitioner(value: string): string {
  return value.includes('/') ? value : `Practitioner/${value}`;
}

function inRanges(dates: readonly string[]): Condition {
  const ranges = dates.map((date) => {
    const { from, below } = dateRange(date);
    return allOf([
      sql<SqlBool>`true`,
      ...(from === null ? [] : [sql<SqlBool>`note_number >= ${from}::bigint`]),
      ...(below === null ? [] : [sql<SqlBool>`note_number < ${below}::bigint`]),
    ]);
  });
  return sql<SqlBool>`(${sql.join(ranges, sql` or `)})`;
}
