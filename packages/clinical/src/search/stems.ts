import { stemmer as spanishStem } from '@orama/stemmers/spanish';
import englishStem from 'wink-porter2-stemmer';

/** The languages that notes are stemmed in. */
export type StemLanguage = 'en' | 'es';

const STEMMERS: Readonly<Record<StemLanguage, (word: string) => string>> = {
  en: englishStem,
  es: spanishStem,
};

// A stemmer takes some ten microseconds a word, and a caseload of notes says the same words again and again.
const CACHED = 20_000;
const cache = new Map<string, string>();

/**
 * The Snowball stem of a folded word, marked with its language (`=en=run`, `=es=llor`): no word begins with the
 * mark, so that neither a word nor a beginning of one is ever a stem. Words with a digit, and of one or two letters, are their own stems.
 * Algorithms: https://snowballstem.org/algorithms/english/stemmer.html and …/spanish/stemmer.html.
 */
export function stemOf(word: string, language: StemLanguage): string {
  const key = `=${language}=${word}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const stem = word.length < 3 || /\p{N}/u.test(word) ? key : `=${language}=${STEMMERS[language](word)}`;
  if (cache.size >= CACHED) cache.clear();
  cache.set(key, stem);
  return stem;
}

/** A stem without its mark. */
export function plainStem(stem: string): string {
  return stem.slice(stem.indexOf('=', 1) + 1);
}
