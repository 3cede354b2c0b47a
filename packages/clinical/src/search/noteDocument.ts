import type { Composition } from '../fhir/documents.ts';
import { keyOfReference } from '../fhir/references.ts';
import { noteSections } from '../notes/note.ts';
import { languagesOf } from './language.ts';
import { noteNumber } from './noteNumber.ts';
import { plainStem, stemOf } from './stems.ts';
import { wordsOf } from './words.ts';

/** Counted up whenever a document of the same note would differ: what is stored is then made anew. */
export const ANALYSER_VERSION = 1;

// PostgreSQL keeps at most 16,383 places in a text, 256 of one word, and 1 MB of different words and stems, and would
// refuse the note for more: with less of each, no engine drops any.
const MOST_WORDS = 16_000;
const MOST_PLACES = 250;
/** Of different words, in UTF-16 units: as word and as two stems, of three bytes each, they stay below 1 MB. */
const MOST_LETTERS = 80_000;
const LONGEST_FACT = 100;
const MOST_TYPES = 20;

/** What search keeps of a note; both databases store it as it is. */
export interface NoteDocument {
  readonly id: string;
  /** The place in the order of notes: {@link noteNumber}. */
  readonly number: number;
  /** The words in their order; null where a phrase cannot go on: between sections, and where a word was left out. */
  readonly words: readonly (string | null)[];
  /**
   * What is no word: stems, unless the note says the stem itself as a word (half of them: the index is a quarter
   * smaller), and what filters ask for (`=status=final`). Each once, in the order of its first place.
   */
  readonly terms: readonly string[];
}

/** What of a note the filters ask for. */
export interface NoteFacts {
  readonly clientId: string | undefined;
  /** Key of the author. */
  readonly author: string | undefined;
  readonly status: string;
  /** Codes of the note's type. */
  readonly types: readonly string[];
}

/** The document of a note: title, then the sections' plain texts. */
export function noteDocument(note: Composition): NoteDocument {
  const texts = [note.title, ...noteSections(note).map(({ text }) => text)];
  const words = placed(texts.map((text) => wordsOf(text).map(({ word }) => word)));
  const spoken = words.filter((word) => word !== null);
  const said = new Set(spoken);
  const stems = languagesOf(spoken)
    .flatMap((language) => spoken.map((word) => stemOf(word, language)))
    .filter((stem) => !said.has(plainStem(stem)));
  return {
    id: note.id ?? '',
    number: noteNumber(note.date),
    words,
    terms: [...new Set([...stems, ...factTerms(noteFacts(note))])],
  };
}

function placed(texts: readonly (readonly string[])[]): (string | null)[] {
  const places = new Map<string, number>();
  const all: (string | null)[] = [];
  let letters = 0;
  for (const text of texts) {
    if (all.length > 0 && text.length > 0) all.push(null);
    for (const word of text) {
      const count = (places.get(word) ?? 0) + 1;
      if (count === 1) letters += word.length;
      if (all.length >= MOST_WORDS || letters > MOST_LETTERS) return all;
      places.set(word, count);
      all.push(count > MOST_PLACES ? null : word);
    }
  }
  return all;
}

export function noteFacts(note: Composition): NoteFacts {
  const subject = note.subject?.reference;
  const author = note.author[0]?.reference;
  return {
    clientId: subject === undefined ? undefined : keyOfReference(subject)?.replace(/^Patient\//u, ''),
    author: author === undefined ? undefined : keyOfReference(author),
    status: note.status,
    types: (note.type.coding ?? []).flatMap(({ code }) => code ?? []),
  };
}

function factTerms({ clientId, author, status, types }: NoteFacts): string[] {
  return [
    ...(clientId === undefined ? [] : [factTerm('client', clientId)]),
    ...(author === undefined ? [] : [factTerm('author', author)]),
    factTerm('status', status),
    ...types.slice(0, MOST_TYPES).map((code) => factTerm('type', code)),
  ];
}

/**
 * A fact as a term: a `=`, with which no word begins, then lower-case letters, digits and `=`: any other character of the value as `=` and its hexadecimal
 * number, so that no tokeniser can split it or make two values one. Of a value, its first 100 characters.
 */
export function factTerm(name: 'client' | 'author' | 'status' | 'type', value: string): string {
  const plain = Array.from(value.slice(0, LONGEST_FACT * 2))
    .slice(0, LONGEST_FACT)
    .join('')
    .replace(/[^a-z0-9]/gu, (character) => `=${character.codePointAt(0)?.toString(16) ?? ''}=`);
  return `=${name}=${plain}`;
}
