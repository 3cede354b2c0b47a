import type { NoteClause, NoteCondition, NoteDocument } from '@fieldchart/clinical';
import type { Database, Statement } from '@fieldchart/encrypted-sqlite';

// Each word that the index of the notes holds, once. FTS5 answers for a beginning of a word by putting together the
// places of every word that begins so, all of them, before it gives the first; of a word that is written out it reads
// no more than is taken. So the words are looked up here, and written out.

/** Letters of the beginnings that FTS5 keeps an index of: each is there as a word is. */
const KEPT = 3;
/** More words than these are left to FTS5: each is looked up in every part of the index, and they are rare ones. */
const WRITTEN_OUT = 64;
const BEHIND_ALL = '\u{10FFFF}';

type AnyClause = Extract<NoteClause, { readonly kind: 'any' }>;

/** Keeps the words of documents that go into the index. */
export function keepWords(documents: readonly NoteDocument[]): Statement {
  return {
    sql: 'INSERT OR IGNORE INTO index_words (word) SELECT value FROM json_each(?)',
    params: [JSON.stringify([...new Set(documents.flatMap(spoken))])],
  };
}

/**
 * Forgets the words of a document that was taken out, but for those that the index still holds. Each is looked up there: of
 * an edited note those that `next` says too are not asked for.
 */
export function forgetWords(document: NoteDocument, next?: NoteDocument): Statement {
  const staying = new Set(next === undefined ? [] : spoken(next));
  return {
    sql: `DELETE FROM index_words WHERE word IN (SELECT value FROM json_each(?)) AND NOT EXISTS
      (SELECT 1 FROM note_index WHERE note_index MATCH '"' || index_words.word || '"')`,
    params: [JSON.stringify([...new Set(spoken(document))].filter((word) => !staying.has(word)))],
  };
}

function spoken({ words }: NoteDocument): string[] {
  return words.filter((word) => word !== null);
}

/** The same condition to the index, its beginnings of words written out where they are beginnings of few. */
export async function writeOutPrefixes(database: Database, condition: NoteCondition): Promise<NoteCondition> {
  const clauses = [];
  for (const clause of condition.clauses) {
    clauses.push(clause.kind === 'any' ? await writtenOut(database, clause) : clause);
  }
  return { ...condition, clauses };
}

async function writtenOut(database: Database, clause: AnyClause): Promise<AnyClause> {
  const { prefix, terms } = clause;
  if (prefix === null || Array.from(prefix).length === KEPT) return clause;
  const words = await wordsFrom(database, prefix);
  return words === undefined
    ? clause
    : { ...clause, terms: [...new Set([...terms, ...words])], prefix: null };
}

async function wordsFrom(database: Database, prefix: string): Promise<readonly string[] | undefined> {
  const rows = await database.all<{ word: string }>(
    `SELECT word FROM index_words WHERE word >= ? AND word < ? LIMIT ${WRITTEN_OUT + 1}`,
    [prefix, prefix + BEHIND_ALL],
  );
  return rows.length > WRITTEN_OUT ? undefined : rows.map(({ word }) => word);
}
