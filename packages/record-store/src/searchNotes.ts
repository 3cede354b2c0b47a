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
      const unindexed = await readUnindexed(database, condition);
      const index = indexSql(condition);
      const indexed = await readIndexed(database, index, limit);
      const [count] = await database.all<{ total: number }>(
        `SELECT count(*) AS total FROM (SELECT 1 ${index.counted} LIMIT ${COUNTED + 1})`,
        index.params,
      );
      const found = [...indexed, ...unindexed.found].sort(compareNotes).slice(0, limit);
      const records = await readStored(
        database,
        found.map(({ id }) => `Composition/${id}`),
      );
      return {
        notes: found.flatMap(({ id }) => records.get(`Composition/${id}`) ?? []),
        total: Math.min((count?.total ?? 0) + unindexed.found.length, COUNTED + 1),
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

interface IndexSql {
  /** From the clause FROM on, without an order. */
  readonly from: string;
  /** The same to be counted: where only words decide, the notes themselves need not be looked up. */
  readonly counted: string;
  readonly params: readonly SqlValue[];
  readonly place: string;
}

function indexSql(condition: NoteCondition): IndexSql {
  const match = matchExpression(condition);
  const conditions = ['n.analyser <> 0'];
  const params: SqlValue[] = [];
  const place = match === undefined ? 'n.place' : 'f.rowid';
  if (match !== undefined) {
    conditions.push('f.note_index MATCH ?');
    params.push(match);
  }
  if (condition.from !== null) {
    conditions.push(`${place} >= ?`, 'n.number >= ?');
    params.push(firstPlaceOf(dayOf(condition.from)), condition.from);
  }
  if (condition.below !== null) {
    conditions.push(`${place} < ?`, 'n.number < ?');
    params.push(firstPlaceOf(dayOf(condition.below) + 1), condition.below);
  }
  // CROSS JOIN: the index is walked from its newest place, and each place found looks its note up.
  const tables = match === undefined ? 'notes n' : 'note_index f CROSS JOIN notes n ON n.place = f.rowid';
  const from = `FROM ${tables} WHERE ${conditions.join(' AND ')}`;
  const onlyWords = match !== undefined && params.length === 1;
  const counted = onlyWords
    ? 'FROM note_index WHERE note_index MATCH ? AND rowid NOT IN (SELECT place FROM index_leftovers)'
    : from;
  return { from, counted, params, place };
}

/** The newest of the index: places of one day have no order, so the last day is read to its end. */
async function readIndexed(database: Database, { from, params, place }: IndexSql, limit: number) {
  const select = `SELECT n.key, n.number, n.place ${from}`;
  const order = `ORDER BY ${place} DESC`;
  const rows = await database.all<IndexedRow>(`${select} ${order} LIMIT ?`, [...params, limit]);
  const last = rows.length < limit ? undefined : rows.at(-1)?.place;
  const rest =
    last === undefined
      ? []
      : await database.all<IndexedRow>(`${select} AND ${place} < ? AND ${place} >= ? ${order}`, [
          ...params,
          last,
          firstPlaceOf(dayOfPlace(last)),
        ]);
  return [...rows, ...rest].map(({ key, number }) => ({ id: key.slice('Composition/'.length), number }));
}

type IndexedRow = { readonly key: string; readonly number: number; readonly place: number };
