import type { Patient } from '../fhir/people.ts';
import { displayName, foldText } from '../names.ts';
import { wordsOf } from './words.ts';

/** What search keeps of a client; both databases store it as it is. */
export interface ClientDocument {
  readonly id: string;
  /** Family name first, folded, its first 100 characters: compared by code points. */
  readonly sortName: string;
  /** Where parts of words are looked for: names, identifiers, phones, birth date, addresses, each on its line. */
  readonly line: string;
  /** Names as somebody may misspell them: {@link nameKeys} of each. Each once. */
  readonly nameKeys: readonly string[];
}

const LONGEST_SORT_NAME = 100;
const MOST_NAMES = 50;

/** The document of a client. Every name counts, former ones too: people are remembered by them. */
export function clientDocument(patient: Patient): ClientDocument {
  const [official] = patient.name ?? [];
  const names = (patient.name ?? []).flatMap(({ given, family, text }) => [
    ...(given ?? []),
    family ?? '',
    text ?? '',
  ]);
  const identifiers = (patient.identifier ?? []).flatMap(({ value }) => value ?? []);
  const telecoms = (patient.telecom ?? []).flatMap(({ value }) => value ?? []);
  const addresses = (patient.address ?? []).flatMap((address) => [
    ...(address.line ?? []),
    address.city ?? '',
    address.state ?? '',
    address.postalCode ?? '',
    address.text ?? '',
  ]);
  const nameWords = spoken(names);
  return {
    id: patient.id ?? '',
    sortName: sortName([official?.family ?? displayName(patient), ...(official?.given ?? [])].join(' ')),
    line: [
      nameWords.join(' '),
      ...[...identifiers, ...telecoms].flatMap((value) => [joined(value), ...digitsOf(value)]),
      patient.birthDate ?? '',
      spoken(addresses).join(' '),
    ]
      .filter((part) => part !== '')
      .join('\n'),
    nameKeys: [...new Set(nameWords.slice(0, MOST_NAMES).flatMap(nameKeys))],
  };
}

function sortName(name: string): string {
  return Array.from(foldText(name)).slice(0, LONGEST_SORT_NAME).join('');
}

function spoken(texts: readonly string[]): string[] {
  return [...new Set(texts.flatMap((text) => wordsOf(text).map(({ word }) => word)))];
}

/** A number or an address of mail without its signs. */
function joined(value: string): string {
  return wordsOf(value)
    .map(({ word }) => word)
    .join('');
}

/** A number's digits, where something else stands between them. */
export function digitsOf(value: string): string[] {
  const digits = value.replace(/\D/gu, '');
  return digits === '' || digits === value ? [] : [digits];
}

const SHORTEST_MISSPELT = 4;

/**
 * A name and what is left of it without each one letter: two names that share a key differ by a letter left out,
 * added, changed or exchanged with its neighbour. Names below four letters are too near each other to be guessed.
 * The idea: symmetric deletion, https://github.com/wolfgarbe/SymSpell.
 */
export function nameKeys(word: string): string[] {
  const letters = Array.from(word);
  if (letters.length < SHORTEST_MISSPELT) return [];
  return [word, ...letters.map((_, at) => [...letters.slice(0, at), ...letters.slice(at + 1)].join(''))];
}
