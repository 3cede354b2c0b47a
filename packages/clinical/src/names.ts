import type { HumanName } from './fhir/dataTypes.ts';

/** Letters that have no decomposition, as people type them without their keyboard. */
const PLAIN_LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ı: 'i',
  ς: 'σ',
};

/** For search and sort: lower case, without diacritics, ligatures and full-width letters as plain ones. */
export function foldText(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[ßæœøđðłþıς]/gu, (letter) => PLAIN_LETTERS[letter] ?? letter);
}

/** A person's name as shown: the official or usual one, given names before the family name. Empty if there is none. */
export function displayName(person: { readonly name?: readonly HumanName[] | undefined }): string {
  const names = person.name ?? [];
  const name =
    names.find((entry) => entry.use === 'official') ??
    names.find((entry) => entry.use === 'usual') ??
    names.find((entry) => entry.use !== 'old' && entry.use !== 'maiden') ??
    names[0];
  if (name === undefined) return '';
  const parts = [...(name.given ?? []), name.family ?? ''].filter((part) => part !== '');
  return parts.length > 0 ? parts.join(' ') : (name.text ?? '');
}
