import type { StemLanguage } from './stems.ts';

// Function words, folded, that the other language does not have: a clinical text is full of them.
const TELLING: Readonly<Record<StemLanguage, ReadonlySet<string>>> = {
  en: new Set(
    'the and of to in is was with that for on has had her his she they this be are were not at by from have will as it'.split(
      ' ',
    ),
  ),
  es: new Set(
    'el la los las de que y en un una con por para su sus se del al es fue esta lo como le ha pero muy ella sin'.split(
      ' ',
    ),
  ),
};

const LANGUAGES: readonly StemLanguage[] = ['en', 'es'];
const BOTH = LANGUAGES;

/**
 * The languages in whose stems a text is found: one, where its function words are clearly of one, otherwise both. A
 * text of both is found by either; a stem of the wrong language would find what nobody meant (`casa`, `case`).
 */
export function languagesOf(words: readonly string[]): readonly StemLanguage[] {
  const [english, spanish] = LANGUAGES.map(
    (language) => words.filter((word) => TELLING[language].has(word)).length,
  ) as [number, number];
  if (english >= 3 && english > spanish * 4) return ['en'];
  if (spanish >= 3 && spanish > english * 4) return ['es'];
  return BOTH;
}
