import {
  ANALYSER_VERSION,
  type Composition,
  noteDocument,
  type NoteClause,
  type NoteCondition,
  type NoteDocument,
  noteNumber,
} from '@fieldchart/clinical';
import type { Database, Statement, Transaction } from '@fieldchart/encrypted-sqlite';
import { forgetWords } from './indexWords.ts';
import { parseResource } from './rows.ts';

// The full-text index of the notes. It follows at a pause: `notes` says of each note whether the index holds what the
// record holds (`analyser` is then the version that made it; 0: it does not), in the same commit as the record. What
// the index holds of a note that has moved on is kept in `index_leftovers`, because FTS5 takes words out of an index
// without content only when it is told which ones.
//
// A note's place in the index is its day and a number within the day: SQLite then walks the newest first, and the
// differences between places, which are most of an index, stay small.

const SLOTS = 16_384;
const DAY = 24 * 60 * 60 * 1000;

/** The day of a note's number, and the first place of that day. */
export function dayOf(number: number): number {
  return Math.floor(number / DAY);
}
export function firstPlaceOf(day: number): number {
  return day * SLOTS;
}
export function dayOfPlace(place: number): number {
  return Math.floor(place / SLOTS);
}

/** Called before a note is written over: what the index holds of it is still needed to take it out. */
export async function keepIndexed(transaction: Transaction, key: string): Promise<void> {
  await transaction.run(
    `INSERT INTO index_leftovers (place, resource) SELECT n.place, r.resource FROM notes n JOIN records r ON r.key = n.key
     WHERE n.key = ? AND n.place IS NOT NULL AND n.analyser <> 0`,
    [key],
  );
}

/** The dirty mark, in the commit that wrote the note. */
export async function markUnindexed(transaction: Transaction, key: string, date: string): Promise<void> {
  await transaction.run(
    `INSERT INTO notes (key, number, analyser) VALUES (?, ?, 0)
     ON CONFLICT (key) DO UPDATE SET number = excluded.number, analyser = 0`,
    [key, noteNumber(date)],
  );
}

/** Called before a note is deleted: nothing of it stays in the index. */
export async function takeOutOfIndex(transaction: Transaction, key: string): Promise<void> {
  const [row] = await transaction.all<{ place: number | null; indexed: string | null }>(
    `SELECT n.place, coalesce(l.resource, r.resource) AS indexed FROM notes n LEFT JOIN records r ON r.key = n.key
     LEFT JOIN index_leftovers l ON l.place = n.place WHERE n.key = ?`,
    [key],
  );
  if (row === undefined) return;
  if (row.place !== null && row.indexed !== null) {
    for (const { sql, params } of outStatements(row.place, row.indexed)) await transaction.run(sql, params);
  }
  await transaction.run('DELETE FROM notes WHERE key = ?', [key]);
}

/** Takes out of the index what it holds at a place, and forgets what was kept for that; `next` comes in its stead. */
export function outStatements(place: number, indexed: string, next?: NoteDocument): Statement[] {
  const document = noteDocument(parseResource(indexed) as Composition);
  return [
    {
      sql: "INSERT INTO note_index (note_index, rowid, text) VALUES ('delete', ?, ?)",
      params: [place, indexText(document)],
    },
    { sql: 'DELETE FROM index_leftovers WHERE place = ?', params: [place] },
    forgetWords(document, next),
  ];
}

/** A document as the index takes it: words and terms between spaces, `=` where a phrase cannot go on. */
export function indexText({ words, terms }: NoteDocument): string {
  return [...words.map((word) => word ?? '='), '=', ...terms].join(' ');
}

/** The clauses as FTS5 puts them; undefined where every note answers. */
export function matchExpression({ clauses }: NoteCondition): string | undefined {
  return clauses.length === 0 ? undefined : clauses.map(clauseExpression).join(' AND ');
}

function clauseExpression(clause: NoteClause): string {
  if (clause.kind === 'phrase') return `"${clause.words.join(' ')}"${clause.open ? ' *' : ''}`;
  const terms = clause.terms.map((term) => `"${term}"`);
  return `(${[...terms, ...(clause.prefix === null ? [] : [`"${clause.prefix}" *`])].join(' OR ')})`;
}

/**
 * After the analyser has changed, the index is emptied and everything counts as not indexed: it fills again beside the
 * work, and search reads the newest notes meanwhile.
 */
export async function renewIndex(database: Database): Promise<void> {
  const [row] = await database.all<{ value: string }>("SELECT value FROM sync_state WHERE name = 'analyser'");
  if (row?.value === String(ANALYSER_VERSION)) return;
  await database.batch([
    { sql: "INSERT INTO note_index (note_index) VALUES ('delete-all')" },
    { sql: 'DELETE FROM index_leftovers' },
    { sql: 'DELETE FROM index_words' },
    { sql: 'UPDATE notes SET place = NULL, analyser = 0' },
    { sql: 'UPDATE clients SET analyser = 0' },
    {
      sql: "INSERT OR REPLACE INTO sync_state (name, value) VALUES ('analyser', ?)",
      params: [String(ANALYSER_VERSION)],
    },
  ]);
}
