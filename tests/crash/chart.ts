import {
  type Composition,
  createEncounter,
  createNote,
  createPatient,
  type FhirResource,
  finalizeNote,
  NOTE_FORMATS,
  noteSections,
  withNoteSections,
} from '@fieldchart/clinical';

// What the killed writers write: the whole content of a record follows from its key and the number of its edit, so
// that a reader needs no log to say whether what it found was ever written.

export const AUTHOR = 'Practitioner/p1';
export const SECTION = NOTE_FORMATS.DAP.sections[0].code;
/** Stands in every note, and must stand nowhere on disk; put together, for a browser keeps the script itself. */
export const MARKER = ['heron', 'on', 'the', 'fence'].join(' ');

const AT = 1_790_000_000_000;
const ours = { organizationId: 'org', practitionerId: 'p1', practitionerName: 'Pat One' };

export function patientOf(id: string, edit: number): FhirResource {
  return createPatient({
    ...ours,
    id,
    given: `Edit ${String(edit)}`,
    family: 'Núñez',
    birthDate: '1980-04-02',
    gender: 'female',
    phone: '(555) 010-2030',
    line: '1 Main St',
    city: 'Taos',
    state: 'NM',
    postalCode: '87571',
    language: 'es',
  });
}

export function visitOf(id: string, clientId: string): FhirResource {
  return createEncounter({ ...ours, id, clientId, place: 'HH', location: 'edit 1', startedAt: AT });
}

export interface NotePlace {
  readonly id: string;
  readonly clientId: string;
  readonly encounterId: string;
}

export function noteOf(place: NotePlace, edit: number): Composition {
  const note = createNote({ ...ours, ...place, format: 'DAP', title: 'Progress note', now: AT });
  return withNoteSections(note, { [SECTION]: textOf(place.id, edit) });
}

export function signedNoteOf(place: NotePlace, edit: number): Composition {
  return finalizeNote(noteOf(place, edit), { attesterId: 'p1', now: AT });
}

function textOf(id: string, edit: number): string {
  return `edit ${String(edit)} of ${id}: ${MARKER}. `.repeat(1 + ((edit * 7) % 40)).trim();
}

/** The note that is signed in one group with this one. */
export function companionId(noteId: string): string {
  return `c${noteId.slice(1)}`;
}

/** The number of the edit that this content says it is. */
export function editOf(resource: FhirResource): number {
  const words =
    resource.resourceType === 'Composition'
      ? (noteSections(resource).find(({ code }) => code === SECTION)?.text ?? '')
      : JSON.stringify(resource);
  return Number(/edit (?<edit>\d+)/iu.exec(words)?.groups?.['edit'] ?? 0);
}

/** Whether the content is, to the last character, what the edit it names wrote. */
export function isWhole(resource: FhirResource): boolean {
  return JSON.stringify(resource) === JSON.stringify(contentOf(resource, editOf(resource)));
}

function contentOf(found: FhirResource, edit: number): FhirResource | undefined {
  const id = found.id ?? '';
  const idIn = (reference: { reference?: string | undefined } | undefined) =>
    reference?.reference?.split('/')[1] ?? '';
  if (found.resourceType === 'Patient') return patientOf(id, edit);
  if (found.resourceType === 'Encounter') return visitOf(id, idIn(found.subject));
  if (found.resourceType !== 'Composition') return undefined;
  const place = { id, clientId: idIn(found.subject), encounterId: idIn(found.encounter) };
  return found.status === 'final' ? signedNoteOf(place, edit) : noteOf(place, edit);
}
