import { foldText } from '../names.ts';

/** A word of a text: folded, and where it stands in the text as it was written (UTF-16 units). */
export interface Word {
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:['’][\p{L}\p{N}\p{M}]+)*/gu;
const NOT_OF_A_WORD = /[^\p{L}\p{N}]+/gu;
const LONGEST = 40;

/**
 * The words of a text, in order: letters and digits, folded (lower case, no diacritics), an apostrophe within a word
 * left out (`client's` → `clients`), at most 40 characters of each. All of search sees text through this function:
 * what comes out holds letters and digits and nothing else, so no database's own tokeniser decides anything.
 */
export function wordsOf(text: string): Word[] {
  const found: Word[] = [];
  for (const match of text.matchAll(WORD)) {
    const word = Array.from(foldText(match[0]).replace(NOT_OF_A_WORD, '')).slice(0, LONGEST).join('');
    if (word !== '') found.push({ word, start: match.index, end: match.index + match[0].length });
  }
  return found;
}
