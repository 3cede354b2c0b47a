import { CodedError, toInstant } from '@fieldchart/foundation';
import { LOINC, NOTE_FORMAT, NOTE_SECTION, PROGRESS_NOTE } from '../codes.ts';
import type { Composition, CompositionSection } from '../fhir/documents.ts';
import { narrativeToPlain, plainToNarrative } from './narrative.ts';

export interface NoteFormatSection {
  readonly code: string;
  readonly system: string;
  /** Key of the section's name in the message catalogue. */
  readonly labelKey: string;
  /** The section's title inside the document. */
  readonly title: string;
}

/** The note formats that are offered, with their sections in order. */
export const NOTE_FORMATS = {
  DAP: {
    sections: [
      // No standard code was found for Data; it is our own.
      { code: 'data', system: NOTE_SECTION, labelKey: 'note.section.data', title: 'Data' },
      { code: '51848-0', system: LOINC, labelKey: 'note.section.assessment', title: 'Assessment' },
      { code: '18776-5', system: LOINC, labelKey: 'note.section.plan', title: 'Plan' },
    ],
  },
} as const satisfies Readonly<Record<string, { readonly sections: readonly NoteFormatSection[] }>>;

export type NoteFormat = keyof typeof NOTE_FORMATS;

export interface NewNote {
  readonly id: string;
  readonly clientId: string;
  readonly encounterId: string;
  readonly practitionerId: string;
  readonly practitionerName: string;
  readonly organizationId: string;
  readonly format: NoteFormat;
  readonly title: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A new, empty, preliminary progress note. */
export function createNote(input: NewNote): Composition {
  return {
    resourceType: 'Composition',
    id: input.id,
    status: 'preliminary',
    type: PROGRESS_NOTE,
    category: [{ coding: [{ system: NOTE_FORMAT, code: input.format }], text: input.format }],
    subject: { reference: `Patient/${input.clientId}` },
    encounter: { reference: `Encounter/${input.encounterId}` },
    date: toInstant(input.now),
    author: [{ reference: `Practitioner/${input.practitionerId}`, display: input.practitionerName }],
    title: input.title,
    custodian: { reference: `Organization/${input.organizationId}` },
  };
}

/** The format a note was written in; undefined for notes of other systems. */
export function noteFormat(note: Composition): NoteFormat | undefined {
  for (const category of note.category ?? []) {
    for (const { system, code } of category.coding ?? []) {
      if (system === NOTE_FORMAT && code !== undefined && Object.hasOwn(NOTE_FORMATS, code))
        return code as NoteFormat;
    }
  }
  return undefined;
}

export interface NoteSectionText {
  readonly code: string;
  readonly text: string;
}

/**
 * The sections of a note as plain text, in order: all of its format's, empty or not, then any others that it has.
 * A section without a code is named by its place (`#2`), so that nothing written is left out.
 */
export function noteSections(note: Composition): NoteSectionText[] {
  const present = flatten(note.section ?? []).map((section, index) => ({
    code: sectionCode(section) ?? `#${index}`,
    text: section.text === undefined ? '' : narrativeToPlain(section.text.div),
  }));
  const expected = formatSections(note).map(({ code }) => ({
    code,
    text: present.find((section) => section.code === code)?.text ?? '',
  }));
  const codes = new Set(expected.map(({ code }) => code));
  return [...expected, ...present.filter(({ code }) => !codes.has(code))];
}

/**
 * The note with these plain texts in its sections. Sections that are not named, and those whose text is the same,
 * stay exactly as they are. A section that becomes empty goes (FHIR rule cmp-1), unless it holds more than text.
 */
export function withNoteSections(note: Composition, texts: Readonly<Record<string, string>>): Composition {
  const current = new Map(noteSections(note).map(({ code, text }) => [code, text]));
  const format = formatSections(note);
  const sections: CompositionSection[] = [];
  const place = new Set<string>();
  for (const { code, system, title } of format) {
    const existing = note.section?.find((section) => sectionCode(section) === code);
    const section = existing ?? { title, code: { coding: [{ system, code }], text: title } };
    const text = texts[code] ?? current.get(code) ?? '';
    place.add(code);
    if (existing !== undefined && text === current.get(code)) sections.push(existing);
    else pushSection(sections, section, text);
  }
  for (const section of note.section ?? []) {
    const code = sectionCode(section);
    if (code !== undefined && place.has(code)) continue;
    const text = code === undefined ? undefined : texts[code];
    if (code === undefined || text === undefined || text === current.get(code)) sections.push(section);
    else pushSection(sections, section, text);
  }
  const { section: _replaced, ...rest } = note;
  return sections.length === 0 ? rest : { ...rest, section: sections };
}

function pushSection(sections: CompositionSection[], section: CompositionSection, text: string): void {
  const { text: _old, ...rest } = section;
  if (text !== '') sections.push({ ...rest, text: { status: 'additional', div: plainToNarrative(text) } });
  else if (rest.entry !== undefined || rest.section !== undefined) sections.push(rest);
}

function formatSections(note: Composition): readonly NoteFormatSection[] {
  const format = noteFormat(note);
  return format === undefined ? [] : NOTE_FORMATS[format].sections;
}

function sectionCode(section: CompositionSection): string | undefined {
  return section.code?.coding?.[0]?.code;
}

function flatten(sections: readonly CompositionSection[]): CompositionSection[] {
  return sections.flatMap((section) => [section, ...flatten(section.section ?? [])]);
}

/** Whether nothing but white space is written in a note. */
export function isEmptyNote(note: Composition): boolean {
  return noteSections(note).every(({ text }) => text.trim() === '');
}

/** The note as it is signed: final, attested by its author. From here on its content never changes. */
export function finalizeNote(
  note: Composition,
  attestation: { readonly attesterId: string; /** Milliseconds since the epoch. */ readonly now: number },
): Composition {
  if (note.status !== 'preliminary')
    throw new CodedError('note-not-preliminary', 'Only a preliminary note is signed');
  return {
    ...note,
    status: 'final',
    attester: [
      ...(note.attester ?? []),
      {
        mode: 'professional',
        time: toInstant(attestation.now),
        party: { reference: `Practitioner/${attestation.attesterId}` },
      },
    ],
  };
}

/**
 * The draft that a final note was before it was signed: for a signature that nobody has received. The inverse of
 * {@link finalizeNote}.
 */
export function draftOfNote(note: Composition): Composition {
  const { attester, ...rest } = note;
  const before = (attester ?? []).slice(0, -1);
  return { ...rest, status: 'preliminary', ...(before.length === 0 ? {} : { attester: before }) };
}
