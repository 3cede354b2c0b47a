import {
  type Composition,
  compileNoteQuery,
  type NoteQuery,
  noteSections,
  type SnippetPart,
  snippetOf,
} from '@fieldchart/clinical';
import { toInstant } from '@fieldchart/foundation';
import type { NoteQuestion } from './queries.ts';

const DAY = 24 * 60 * 60 * 1000;
/** Characters of a note's text around what was found. */
const SNIPPET = 180;

/** What the screens ask of the notes, as the query that every search answers. */
export function toNoteQuery({ search, narrowing, clientId }: NoteQuestion, now: number): NoteQuery {
  const { author, status, type, lastDays, before } = narrowing;
  const from = lastDays === undefined ? narrowing.from : toInstant(now - lastDays * DAY);
  return {
    text: search,
    ...(clientId === undefined ? {} : { clientId }),
    ...(author === undefined ? {} : { author }),
    ...(status === undefined ? {} : { statuses: [status] }),
    ...(type === undefined ? {} : { type }),
    ...(from === undefined ? {} : { from }),
    ...(before === undefined ? {} : { before }),
  };
}

/** The stretch of a note that answers, with its words marked. */
export function noteSnippet(note: Composition, query: NoteQuery): readonly SnippetPart[] {
  const text = noteSections(note)
    .map((section) => section.text)
    .filter((part) => part !== '')
    .join('\n');
  return snippetOf(text, compileNoteQuery(query), SNIPPET);
}
