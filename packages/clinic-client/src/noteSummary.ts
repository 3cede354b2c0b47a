import { type Composition, noteSections } from '@fieldchart/clinical';
import type { NoteSummary } from './queries.ts';

/** Characters of a note's text shown in lists. */
const PREVIEW = 160;

/** A note in a list, wherever it came from. */
export function summaryOfNote(note: Composition, practitionerId: string): Omit<NoteSummary, 'delivery'> {
  const author = note.author[0];
  const text = noteSections(note)
    .map((section) => section.text)
    .filter((part) => part !== '')
    .join(' · ');
  return {
    noteId: note.id,
    visitId: note.encounter?.reference?.split('/')[1] ?? null,
    title: note.title,
    date: note.date,
    authorName: author?.display ?? '',
    mine: author?.reference?.split('/')[1] === practitionerId,
    status: note.status,
    preview: text.length > PREVIEW ? `${text.slice(0, PREVIEW).trimEnd()}…` : text,
  };
}

/** By whom and when a note was signed; null where it was not. */
export function signatureOf(note: Composition): {
  readonly signedAt: string | null;
  readonly signedBy: string | null;
} {
  const attester = note.attester?.find((one) => one.mode === 'professional');
  return {
    signedAt: attester?.time ?? null,
    signedBy: attester === undefined ? null : (note.author[0]?.display ?? null),
  };
}
