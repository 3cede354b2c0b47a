import {
  compareNotes,
  compileNoteQuery,
  type Composition,
  matchesNote,
  noteDocument,
  type NoteCondition,
  type NoteQuery,
} from '@fieldchart/clinical';
import type { Database, SqlValue } from '@fieldchart/encrypted-sqlite';
import { COUNTED } from './clientList.ts';
import { writeOutPrefixes } from './indexWords.ts';
import { readStored } from './lists.ts';
import { dayOf, dayOfPlace, firstPlaceOf, matchExpression } from './noteIndex.ts';
import type { FoundNotes, RecordStore } from './recordStore.ts';
import { parseResource } from './rows.ts';

/** Notes that are not in the index and are read instead: with more, the newest. */
const READ = 200;

interface Found {
  readonly id: string;
  readonly number: number;
}

/** Search of the notes, over the index and over what it does not hold yet. */
export function createNoteSearch(database: Database): Pick<RecordStore, 'searchNotes'> {
  return {
    async searchNotes(query: NoteQuery, limit: number): Promise<FoundNotes> {
      const condition = compileNoteQuery(query);
      // In this order: what goes into the index meanwhile is met here or there, or in both.
      const [unindexed, indexed] = await Promise.all([
        readUnindexed(database, condition),
        readIndexed(database, condition, limit),
      ]);
      const known = new Set(indexed.found.map(({ id }) => id));
      const behind = unindexed.found.filter(({ id }) => !known.has(id));
      const found = [...indexed.found, ...behind].sort(compareNotes).slice(0, limit);
      const records = await readStored(
        database,
        found.map(({ id }) => `Composition/${id}`),
      );
      return {
        notes: found.flatMap(({ id }) => records.get(`Composition/${id}`) ?? []),
        total: Math.min(indexed.total + behind.length, COUNTED + 1),
        preparing: unindexed.unread,
      };
    },
  };
}

async function readUnindexed(database: Database, condition: NoteCondition) {
  const rows = await database.all<{ resource: string }>(
    `SELECT r.resource FROM notes n JOIN records r ON r.key = n.key
     WHERE n.analyser = 0 ORDER BY n.number DESC LIMIT ${READ}`,
  );
  const [count] =
    rows.length < READ
      ? [{ count: rows.length }]
      : await database.all<{ count: number }>('SELECT count(*) AS count FROM notes WHERE analyser = 0');
  const documents = rows.map(({ resource }) => noteDocument(parseResource(resource) as Composition));
  const found: Found[] = documents.filter((document) => matchesNote(document, condition));
  return { found, unread: (count?.count ?? 0) - rows.length };
}

/**
 * The newest `limit` of the index, and what stands with the last of them on the same day: places of one day have no
 * order. `total` is exact as far as answers count. Places are all that the index is walked for, once.
 */
async function readIndexed(
  database: Database,
  asked: NoteCondition,
  limit: number,
): Promise<{ readonly found: readonly Found[]; readonly total: number }> {
  const condition = await writeOutPrefixes(database, asked);
  const most = Math.max(limit, COUNTED + 1);
  const places = await readPlaces(database, condition, {}, most);
  const total = places.length;
  const last = places[limit - 1];
  if (last === undefined) return { found: await readFound(database, places), total };
  const dayBegins = firstPlaceOf(dayOfPlace(last));
  const end = places.at(-1) ?? last;
  if (total === most && end >= dayBegins) {
    places.push(...(await readPlaces(database, condition, { from: dayBegins, below: end }, -1)));
  }
  const shown = places.filter((place) => place >= dayBegins);
  return { found: await readFound(database, shown), total };
}

/** Places of notes that answer, newest day first, within bounds on the places; a limit of -1 is none. */
async function readPlaces(
  database: Database,
  condition: NoteCondition,
  bounds: { readonly from?: number; readonly below?: number },
  limit: number,
): Promise<number[]> {
  const { sql, params } = placesSql(condition, bounds);
  const [row] = await database.all<{ places: string }>(
    `SELECT json_group_array(place) AS places FROM (${sql} ORDER BY place DESC LIMIT ?)`,
    [...params, limit],
  );
  // SQLite promises no order within an aggregate.
  return (JSON.parse(row?.places ?? '[]') as number[]).sort((a, b) => b - a);
}

function placesSql(
  condition: NoteCondition,
  bounds: { readonly from?: number; readonly below?: number },
): { readonly sql: string; readonly params: readonly SqlValue[] } {
  const match = matchExpression(condition);
  const { table, place, number } =
    match === undefined
      ? { table: 'notes n INDEXED BY notes_order', place: 'n.place', number: 'n.number' }
      : {
          table: 'note_index f',
          place: 'f.rowid',
          number: '(SELECT n.number FROM notes n INDEXED BY notes_order WHERE n.place = f.rowid)',
        };
  const conditions = [`${place} NOT IN (SELECT place FROM index_leftovers)`];
  const params: SqlValue[] = [];
  const put = (sql: string, ...values: SqlValue[]) => {
    conditions.push(sql);
    params.push(...values);
  };
  if (match === undefined) put('n.place IS NOT NULL');
  else put('f.note_index MATCH ?', match);
  // FTS5 takes one bound of each side, and would walk to the other of two. Within the first and the last day the
  // moment decides, which is looked up for these alone.
  const first = condition.from === null ? undefined : dayOf(condition.from);
  const final = condition.below === null ? undefined : dayOf(condition.below);
  const from = bounds.from ?? (first === undefined ? undefined : firstPlaceOf(first));
  const below = bounds.below ?? (final === undefined ? undefined : firstPlaceOf(final + 1));
  if (from !== undefined) put(`${place} >= ?`, from);
  if (below !== undefined) put(`${place} < ?`, below);
  if (first !== undefined) put(`(${place} >= ? OR ${number} >= ?)`, firstPlaceOf(first + 1), condition.from);
  if (final !== undefined) put(`(${place} < ? OR ${number} < ?)`, firstPlaceOf(final), condition.below);
  return { sql: `SELECT ${place} AS place FROM ${table} WHERE ${conditions.join(' AND ')}`, params };
}

async function readFound(database: Database, places: readonly number[]): Promise<readonly Found[]> {
  const rows = await database.all<{ key: string; number: number }>(
    `SELECT n.key, n.number FROM json_each(?) f CROSS JOIN notes n INDEXED BY notes_order ON n.place = f.value`,
    [JSON.stringify(places)],
  );
  return rows.map(({ key, number }) => ({ id: key.slice('Composition/'.length), number }));
}
