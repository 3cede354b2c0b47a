import {
  type Composition,
  compileNoteQuery,
  type NoteQuery,
  noteSections,
  type SnippetPart,
  snippetOf,
} from '@fieldchart/clinical';
import { toInstant } from '@fieldchart/foundation';
import type { NoteFilter } from './queries.ts';

const THIRTY_DAYS = 30 * 24 * 60 * 60 * 1000;
/** Characters of a note's text around what was found. */
const SNIPPET = 180;

/** What the screens ask of the notes, as the query that every search answers. */
export function toNoteQuery(
  asked: { readonly search: string; readonly filter: NoteFilter },
  me: { readonly practitionerId: string; readonly now: number },
): NoteQuery {
  const author = `Practitioner/${me.practitionerId}`;
  switch (asked.filter) {
    case 'all':
      return { text: asked.search };
    case 'my-unsigned':
      return { text: asked.search, author, statuses: ['preliminary'] };
    case 'mine':
      return { text: asked.search, author };
    case 'last-30-days':
      return { text: asked.search, from: toInstant(me.now - THIRTY_DAYS) };
  }
}

/** The stretch of a note that answers, with its words marked. */
export function noteSnippet(note: Composition, query: NoteQuery): readonly SnippetPart[] {
  const text = noteSections(note)
    .map((section) => section.text)
    .filter((part) => part !== '')
    .join('\n');
  return snippetOf(text, compileNoteQuery(query), SNIPPET);
}
