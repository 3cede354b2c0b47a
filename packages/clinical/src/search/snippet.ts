import { languagesOf } from './language.ts';
import type { NoteClause, NoteCondition } from './noteQuery.ts';
import { stemOf, type StemLanguage } from './stems.ts';
import { type Word, wordsOf } from './words.ts';

/** A piece of a text, and whether it is what was searched for. */
export interface SnippetPart {
  readonly text: string;
  readonly marked: boolean;
}

/**
 * The stretch of a text around the first place that answers the query, of about `length` characters, cut between
 * words; its beginning where nothing does. The parts joined are the stretch, with `…` where it was cut.
 */
export function snippetOf(text: string, { clauses }: NoteCondition, length: number): SnippetPart[] {
  const words = wordsOf(text);
  const languages = languagesOf(words.map(({ word }) => word));
  const marked = words.filter((_, at) => clauses.some((clause) => answers(words, at, clause, languages)));
  const from = startOf(words, marked[0], length);
  const to = endOf(words, from, length, text.length);
  const parts: SnippetPart[] = from > 0 ? [{ text: '…', marked: false }] : [];
  let at = from;
  for (const { start, end } of marked) {
    if (start < from || end > to) continue;
    if (start > at) parts.push({ text: text.slice(at, start), marked: false });
    parts.push({ text: text.slice(start, end), marked: true });
    at = end;
  }
  if (to > at) parts.push({ text: text.slice(at, to), marked: false });
  if (to < text.length) parts.push({ text: '…', marked: false });
  return parts;
}

/** A third of the stretch stands before what was found: enough to read it in its sentence. */
function startOf(words: readonly Word[], first: Word | undefined, length: number): number {
  const before = (first?.start ?? 0) - Math.floor(length / 3);
  if (before <= 0) return 0;
  return words.find(({ start }) => start >= before)?.start ?? 0;
}

function endOf(words: readonly Word[], from: number, length: number, whole: number): number {
  if (from + length >= whole) return whole;
  return words.findLast(({ start, end }) => start > from && end <= from + length)?.end ?? from + length;
}

function answers(
  words: readonly Word[],
  at: number,
  clause: NoteClause,
  languages: readonly StemLanguage[],
): boolean {
  const word = words[at]?.word ?? '';
  if (clause.kind === 'any') {
    return (
      (clause.prefix !== null && word.startsWith(clause.prefix)) ||
      clause.terms.includes(word) ||
      languages.some((language) => clause.terms.includes(stemOf(word, language)))
    );
  }
  const last = clause.words.length - 1;
  return clause.words.some((_, offset) =>
    clause.words.every((wanted, step) => {
      const there = words[at - offset + step]?.word ?? '';
      return clause.open && step === last ? there.startsWith(wanted) : there === wanted;
    }),
  );
}
