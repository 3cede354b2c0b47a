import { type ClientDocument, digitsOf, nameKeys } from './clientDocument.ts';
import { wordsOf } from './words.ts';

/**
 * One part of what was typed: any of `texts` stands in the client's line, or — where that is so of no client — a name
 * has one of `keys`.
 */
export interface ClientClause {
  readonly texts: readonly string[];
  /** Empty where a misspelling cannot be guessed: numbers, short words. */
  readonly keys: readonly string[];
}

/** How a client answers: as typed, or only if a name was misspelt. */
export type ClientMatch = 'exact' | 'similar';

const MOST_CLAUSES = 12;
const LONGEST_TEXT = 300;
const SLASHED_DATE = /^(\d{1,2})[/.](\d{1,2})[/.](\d{4})$/u;

/** The clauses of a text as typed (its first 300 characters, 12 parts): each must hold. Any part of a name, a number as it is written or its digits, a date. */
export function compileClientText(text: string): ClientClause[] {
  return text.slice(0, LONGEST_TEXT).split(/\s+/u).flatMap(partClauses).slice(0, MOST_CLAUSES);
}

function partClauses(part: string): ClientClause[] {
  const date = SLASHED_DATE.exec(part);
  if (date !== null) return [{ texts: datesOf(date), keys: [] }];
  if (/^\d{4}-\d{2}(-\d{2})?$/u.test(part)) return [{ texts: [part], keys: [] }];
  const words = wordsOf(part).map(({ word }) => word);
  if (/\p{N}/u.test(part) && words.length > 0) {
    return [{ texts: [...new Set([words.join(''), ...digits(part)])], keys: [] }];
  }
  return words.map((word) => ({ texts: [word], keys: nameKeys(word) }));
}

/** A number with letters is no telephone. */
function digits(part: string): string[] {
  return /\p{L}/u.test(part) ? [] : digitsOf(part);
}

/** Month and day in either order: the habit of the one who types is not known. */
function datesOf([, first = '', second = '', year = '']: RegExpExecArray): string[] {
  const [a, b] = [first.padStart(2, '0'), second.padStart(2, '0')];
  return [...new Set([`${year}-${a}-${b}`, `${year}-${b}-${a}`])];
}

/** Whether and how a client answers: the meaning of every search of clients, whoever runs it. */
export function matchClient(
  { line, nameKeys: keys }: Pick<ClientDocument, 'line' | 'nameKeys'>,
  clauses: readonly ClientClause[],
): ClientMatch | undefined {
  if (clauses.every(({ texts }) => texts.some((text) => line.includes(text)))) return 'exact';
  const similar = clauses.every(
    (clause) =>
      clause.texts.some((text) => line.includes(text)) || clause.keys.some((key) => keys.includes(key)),
  );
  return similar ? 'similar' : undefined;
}
