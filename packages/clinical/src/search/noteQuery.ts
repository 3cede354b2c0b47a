import { factTerm, type NoteDocument } from './noteDocument.ts';
import { noteNumber } from './noteNumber.ts';
import { plainStem, stemOf } from './stems.ts';
import { wordsOf } from './words.ts';

/** What is asked of the notes: the screens keep it, both searches answer it. Every part that is given must hold. */
export interface NoteQuery {
  /**
   * As typed. Words are found in all their forms, English and Spanish, in any order; the last one also as the
   * beginning of a word while nothing follows it. `"…"`, and words joined by a sign (`self-harm`, `F41.1`), are
   * found as they stand, side by side.
   */
  readonly text: string;
  readonly clientId?: string;
  /** Key of the author: `Practitioner/…`. */
  readonly author?: string;
  /** Any of them. */
  readonly statuses?: readonly string[];
  /** Code of the note's type. */
  readonly type?: string;
  /** Dates as FHIR writes them: from this one on, and before that one. */
  readonly from?: string;
  readonly before?: string;
}

/** A query as both databases and {@link matchesNote} take it: all clauses hold, and the number is in the range. */
export interface NoteCondition {
  readonly clauses: readonly NoteClause[];
  /** Numbers of {@link NoteDocument}: from this one on, and below that one. Null: no such end. */
  readonly from: number | null;
  readonly below: number | null;
}

export type NoteClause =
  /** One of the terms or a word that is one, or a word that begins so. */
  | { readonly kind: 'any'; readonly terms: readonly string[]; readonly prefix: string | null }
  /** The words side by side; `open`: the last one may go on. */
  | { readonly kind: 'phrase'; readonly words: readonly string[]; readonly open: boolean };

// A prefix of one or two letters would name a good part of all words, and means nothing yet.
const SHORTEST_PREFIX = 3;
const MOST_CLAUSES = 24;
const LONGEST_TEXT = 1000;
const PART = /["“”]([^"“”]*)(["“”]?)|[^\s"“”]+/gu;

/** The condition that a query puts; what cannot be searched for (signs alone) puts none. */
export function compileNoteQuery(query: NoteQuery): NoteCondition {
  const facts: NoteClause[] = [];
  const fact = (...terms: string[]) => facts.push({ kind: 'any', terms, prefix: null });
  if (query.clientId !== undefined) fact(factTerm('client', query.clientId));
  if (query.author !== undefined) fact(factTerm('author', query.author));
  if (query.type !== undefined) fact(factTerm('type', query.type));
  if (query.statuses !== undefined && query.statuses.length > 0) {
    fact(...query.statuses.map((status) => factTerm('status', status)));
  }
  return {
    clauses: [...facts, ...textClauses(query.text)],
    from: query.from === undefined ? null : noteNumber(query.from),
    below: query.before === undefined ? null : noteNumber(query.before),
  };
}

/** The first 24 words and phrases of the text's first 1,000 characters. */
function textClauses(typed: string): NoteClause[] {
  const text = typed.slice(0, LONGEST_TEXT);
  const clauses: NoteClause[] = [];
  for (const { 0: part, 1: quoted, 2: end, index } of text.matchAll(PART)) {
    const words = wordsOf(quoted ?? part).map(({ word }) => word);
    const [first] = words;
    if (first === undefined) continue;
    // Nothing follows it, not even a space: it may still be being typed.
    const open = index + part.length === text.length && (quoted === undefined || end === '');
    const plain = quoted === undefined && words.length === 1;
    clauses.push(
      plain ? anyForm(first, open) : { kind: 'phrase', words, open: open && /[\p{L}\p{N}]$/u.test(part) },
    );
    if (clauses.length === MOST_CLAUSES) break;
  }
  return clauses;
}

function anyForm(word: string, open: boolean): NoteClause {
  const stems = [stemOf(word, 'en'), stemOf(word, 'es')];
  return {
    kind: 'any',
    terms: [...new Set([...stems, ...stems.map(plainStem)])],
    prefix: open && word.length >= SHORTEST_PREFIX ? word : null,
  };
}

/** Whether a note answers a query: the meaning of every search of notes, whoever runs it. */
export function matchesNote(document: NoteDocument, { clauses, from, below }: NoteCondition): boolean {
  if (from !== null && document.number < from) return false;
  if (below !== null && document.number >= below) return false;
  return clauses.every((clause) => holds(document, clause));
}

function holds({ words, terms }: NoteDocument, clause: NoteClause): boolean {
  switch (clause.kind) {
    case 'any': {
      const { prefix } = clause;
      return (
        terms.some((term) => clause.terms.includes(term)) ||
        words.some((word) => word !== null && clause.terms.includes(word)) ||
        (prefix !== null && words.some((word) => word?.startsWith(prefix) === true))
      );
    }
    case 'phrase':
      return words.some((_, at) => standsAt(words, at, clause));
  }
}

function standsAt(
  words: readonly (string | null)[],
  at: number,
  phrase: Extract<NoteClause, { kind: 'phrase' }>,
): boolean {
  const last = phrase.words.length - 1;
  return phrase.words.every((word, offset) =>
    phrase.open && offset === last
      ? words[at + offset]?.startsWith(word) === true
      : words[at + offset] === word,
  );
}

/** The order of answers: newest first, then by id. Negative where `a` stands before `b`. */
export function compareNotes(
  a: Pick<NoteDocument, 'number' | 'id'>,
  b: Pick<NoteDocument, 'number' | 'id'>,
): number {
  if (a.number !== b.number) return b.number - a.number;
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}
