import type { Encounter } from '../../fhir/care.ts';
import type { Composition } from '../../fhir/documents.ts';
import type { Patient } from '../../fhir/people.ts';
import { keyOfReference } from '../../fhir/references.ts';
import { type ClientDocument, clientDocument } from '../clientDocument.ts';
import { type ClientMatch, compileClientText, matchClient } from '../clientQuery.ts';
import { noteDocument } from '../noteDocument.ts';
import { compareNotes, compileNoteQuery, matchesNote, type NoteQuery } from '../noteQuery.ts';

/** The ids of the notes that answer, in their order: what every search of notes must say. */
export function expectedNotes(notes: readonly Composition[], query: NoteQuery): string[] {
  const condition = compileNoteQuery(query);
  return notes
    .map(noteDocument)
    .filter((document) => matchesNote(document, condition))
    .toSorted(compareNotes)
    .map(({ id }) => id);
}

export type ClientSort = 'name' | 'last-visit' | 'birth-date';

export interface ExpectedClient {
  readonly id: string;
  readonly match: ClientMatch;
}

/** The clients that answer, in their order: what every search of clients must say. */
export function expectedClients(
  patients: readonly Patient[],
  visits: readonly Encounter[],
  asked: { readonly text: string; readonly sort: ClientSort },
): ExpectedClient[] {
  const clauses = compileClientText(asked.text);
  return patients
    .flatMap((patient) => {
      const document = clientDocument(patient);
      const match = matchClient(document, clauses);
      return match === undefined ? [] : [{ patient, document, match }];
    })
    .toSorted(
      (a, b) =>
        compareTexts(a.match, b.match) ||
        compareBy(a, b, visits, asked.sort) ||
        compareTexts(a.document.id, b.document.id),
    )
    .map(({ document, match }) => ({ id: document.id, match }));
}

interface Found {
  readonly patient: Patient;
  readonly document: ClientDocument;
}

function compareBy(a: Found, b: Found, visits: readonly Encounter[], sort: ClientSort): number {
  switch (sort) {
    case 'name':
      return compareTexts(a.document.sortName, b.document.sortName);
    case 'last-visit':
      return -compareTexts(lastVisit(a.document.id, visits), lastVisit(b.document.id, visits));
    case 'birth-date':
      return compareTexts(a.patient.birthDate ?? '\u{10FFFF}', b.patient.birthDate ?? '\u{10FFFF}');
  }
}

/** Empty for a client who was never seen. */
function lastVisit(clientId: string, visits: readonly Encounter[]): string {
  return visits
    .filter(({ subject, status }) => {
      const seen = status !== 'planned' && status !== 'cancelled' && status !== 'entered-in-error';
      return (
        seen &&
        subject?.reference !== undefined &&
        keyOfReference(subject.reference) === `Patient/${clientId}`
      );
    })
    .map(({ period }) => period?.start ?? '')
    .reduce((latest, start) => (compareTexts(start, latest) > 0 ? start : latest), '');
}

/** By code points, as SQLite's BINARY and PostgreSQL's "C" do over UTF-8. */
function compareTexts(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  for (const [at, letter] of left.entries()) {
    const difference = (letter.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? -1);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
