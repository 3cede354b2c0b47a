import {
  compareNotes,
  compileNoteQuery,
  type Composition,
  matchesNote,
  noteDocument,
  type NoteCondition,
  type NoteDocument,
} from '@fieldchart/clinical';
import type { Database, SqlValue } from '@fieldchart/encrypted-sqlite';
import { COUNTED } from './clientList.ts';
import { writeOutPrefixes } from './indexWords.ts';
import {
  FOUND_NOTE_COLUMNS,
  FOUND_NOTE_TABLES,
  type FoundNoteRow,
  readFoundNotes,
  toFoundNote,
} from './lists.ts';
import { dayOf, firstPlaceOf, matchExpression } from './noteIndex.ts';
import type { FoundNote, NoteCursor, NotePage, Search } from './search.ts';
import { parseResource } from './rows.ts';

/** Notes that are not in the index and are read instead: with more, the newest. */
const READ = 200;
/**
 * Places that are walked beyond a page: places of one day have no order, so the day that a page ends in must be known to
 * its end.
 */
const BEYOND = 32;
const ALL = -1;

interface Found extends NoteCursor {
  readonly note: FoundNote | undefined;
}

/** Search of the notes, over the index and over what it does not hold yet. */
export function createNoteSearch(database: Database): Pick<Search, 'searchNotes' | 'countNotes'> {
  return {
    async searchNotes(query, page) {
      const condition = compileNoteQuery(query);
      // In this order: what goes into the index meanwhile is met here or there, or in both.
      const [unindexed, indexed] = await Promise.all([
        readUnindexed(database),
        readIndexed(database, condition, page),
      ]);
      const known = new Set(indexed.map(({ id }) => id));
      const behind = unindexed
        .filter((document) => matchesNote(document, condition) && !known.has(document.id))
        .filter((document) => page.after === undefined || compareNotes(page.after, document) < 0)
        .map(({ id, number }): Found => ({ id, number, note: undefined }));
      const shown = [...indexed, ...behind].sort(compareNotes).slice(0, page.limit);
      return { notes: await openNotes(database, shown), next: nextOf(shown, page.limit) };
    },

    async countNotes(query) {
      const condition = compileNoteQuery(query);
      const { sql, params } = placesSql(await writeOutPrefixes(database, condition), {});
      // One statement: what goes into the index meanwhile would be counted twice.
      const [row] = await database.all<{ indexed: number; unindexed: number; behind: string }>(
        `SELECT (SELECT count(*) FROM (${sql} ORDER BY place DESC LIMIT ${COUNTED + 1})) AS indexed,
           (SELECT count(*) FROM notes WHERE analyser = 0) AS unindexed,
           (SELECT json_group_array(resource) FROM (${UNINDEXED})) AS behind`,
        params,
      );
      const { indexed, unindexed, behind } = row ?? { indexed: 0, unindexed: 0, behind: '[]' };
      const documents = (JSON.parse(behind) as string[]).map(toDocument);
      const answering = documents.filter((document) => matchesNote(document, condition));
      return {
        total: Math.min(indexed + answering.length, COUNTED + 1),
        preparing: unindexed - documents.length,
      };
    },
  };
}

function nextOf(shown: readonly Found[], limit: number): NoteCursor | null {
  const last = shown.length < limit ? undefined : shown.at(-1);
  return last === undefined ? null : { id: last.id, number: last.number };
}

/** What was found in the index has been read with it. */
async function openNotes(database: Database, found: readonly Found[]): Promise<readonly FoundNote[]> {
  const unread = found.filter(({ note }) => note === undefined).map(({ id }) => keyOf(id));
  const read = unread.length === 0 ? undefined : await readFoundNotes(database, unread);
  return found.flatMap(({ id, note }) => note ?? read?.get(keyOf(id)) ?? []);
}

const keyOf = (id: string) => `Composition/${id}` as const;

const UNINDEXED = `SELECT r.resource FROM notes n JOIN records r ON r.key = n.key
  WHERE n.analyser = 0 ORDER BY n.number DESC LIMIT ${READ}`;

async function readUnindexed(database: Database): Promise<readonly NoteDocument[]> {
  const rows = await database.all<{ resource: string }>(UNINDEXED);
  return rows.map(({ resource }) => toDocument(resource));
}

function toDocument(resource: string): NoteDocument {
  return noteDocument(parseResource(resource) as Composition);
}

type IndexedRow = FoundNoteRow & {
  readonly number: number;
  /** Places that were walked for the page, and the last of them. */
  readonly walked: number;
  readonly walked_to: number;
};

/** A page of the index, with its notes. */
async function readIndexed(
  database: Database,
  asked: NoteCondition,
  page: NotePage,
): Promise<readonly Found[]> {
  const condition = await writeOutPrefixes(database, asked);
  const { after, limit } = page;
  const most = limit + BEYOND;
  const rows = await readPage(database, condition, { limit, walk: most, bounds: { after } });
  const last = rows[limit - 1];
  if (last === undefined) return rows.map(toFound);
  const from = firstPlaceOf(dayOf(last.number));
  if (last.walked < most || last.walked_to < from) return rows.map(toFound);
  const whole = await readPage(database, condition, { limit, walk: ALL, bounds: { after, from } });
  return whole.map(toFound);
}

function toFound(row: IndexedRow): Found {
  return { id: row.key.slice(keyOf('').length), number: row.number, note: toFoundNote(row) };
}

/** One statement: in the web each is a message to the database's worker and one back. */
async function readPage(
  database: Database,
  condition: NoteCondition,
  { limit, walk, bounds }: { readonly limit: number; readonly walk: number; readonly bounds: PlaceBounds },
): Promise<readonly IndexedRow[]> {
  const { sql, params } = placesSql(condition, bounds);
  return await database.all<IndexedRow>(
    `WITH walked AS MATERIALIZED (${sql} ORDER BY place DESC LIMIT ?),
       page AS MATERIALIZED (
         SELECT n.key, n.number FROM walked f CROSS JOIN notes n INDEXED BY notes_order ON n.place = f.place
         ORDER BY n.number DESC, n.key DESC LIMIT ?)
     SELECT n.number, (SELECT count(*) FROM walked) AS walked, (SELECT min(place) FROM walked) AS walked_to,
       ${FOUND_NOTE_COLUMNS}
     FROM page n CROSS JOIN ${FOUND_NOTE_TABLES} WHERE r.key = n.key ORDER BY n.number DESC, n.key DESC`,
    [...params, walk, limit],
  );
}

interface PlaceBounds {
  /** The first place that counts. */
  readonly from?: number;
  /** What stands after this note. */
  readonly after?: NoteCursor | undefined;
}

/** Places of the index that answer, within bounds. */
function placesSql(
  condition: NoteCondition,
  bounds: PlaceBounds,
): { readonly sql: string; readonly params: readonly SqlValue[] } {
  const match = matchExpression(condition);
  const { table, place, note } =
    match === undefined
      ? { table: 'notes n INDEXED BY notes_order', place: 'n.place', note: (sql: string) => sql }
      : {
          table: 'note_index f',
          place: 'f.rowid',
          note: (sql: string) =>
            `EXISTS (SELECT 1 FROM notes n INDEXED BY notes_order WHERE n.place = f.rowid AND ${sql})`,
        };
  const conditions = [`${place} NOT IN (SELECT place FROM index_leftovers)`];
  const params: SqlValue[] = [];
  const put = (sql: string, ...values: SqlValue[]) => {
    conditions.push(sql);
    params.push(...values);
  };
  if (match === undefined) put('n.place IS NOT NULL');
  else put('f.note_index MATCH ?', match);
  // FTS5 takes one bound of each side, and would walk to the other of two; it takes integers alone, and most drivers hand
  // every number over as a real one. Within the first and the last day the moment decides, which is looked up for these.
  const first = condition.from === null ? undefined : dayOf(condition.from);
  const { below } = condition;
  const { after } = bounds;
  const days = [
    ...(below === null ? [] : [dayOf(below)]),
    ...(after === undefined ? [] : [dayOf(after.number)]),
  ];
  const from = bounds.from ?? (first === undefined ? undefined : firstPlaceOf(first));
  if (from !== undefined) put(`${place} >= CAST(? AS INTEGER)`, from);
  if (days.length > 0) put(`${place} < CAST(? AS INTEGER)`, firstPlaceOf(Math.min(...days) + 1));
  if (first !== undefined) {
    put(`(${place} >= ? OR ${note('n.number >= ?')})`, firstPlaceOf(first + 1), condition.from);
  }
  if (below !== null) put(`(${place} < ? OR ${note('n.number < ?')})`, firstPlaceOf(dayOf(below)), below);
  if (after !== undefined) {
    const begins = firstPlaceOf(dayOf(after.number));
    put(`(${place} < ? OR ${note('(n.number, n.key) < (?, ?)')})`, begins, after.number, keyOf(after.id));
  }
  return { sql: `SELECT ${place} AS place FROM ${table} WHERE ${conditions.join(' AND ')}`, params };
}
