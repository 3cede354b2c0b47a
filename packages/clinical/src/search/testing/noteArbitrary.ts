import { toInstant } from '@fieldchart/foundation';
import fc from 'fast-check';
import { instantToMilliseconds } from '../../fhir/calendar.ts';
import type { Composition } from '../../fhir/documents.ts';
import { createNote, withNoteSections } from '../../notes/note.ts';
import type { NoteQuery } from '../noteQuery.ts';
import { textArbitrary, typedArbitrary } from './searchedWords.ts';

/** Ids that only a comparison by code points puts in one order everywhere. */
export const SEARCHED_CLIENTS = ['c1', 'C1', 'c-1', 'c.1'] as const;
export const SEARCHED_AUTHORS = ['ana', 'ben'] as const;

const STATUSES = ['preliminary', 'final', 'amended', 'entered-in-error'] as const;
const TYPES = ['11506-3', 'Type.X', 'type.x'] as const;
const DAYS = ['2025-12-31', '2026-03-01', '2026-03-02'] as const;

const dateArbitrary = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(fc.constantFrom(...DAYS), fc.nat(3)).map(([day, at]) => `${day}T00:00:0${at}Z`),
  },
  { weight: 2, arbitrary: fc.constantFrom('2026-03-01T23:30:00-05:00', '2026-03-02T00:00:00.250+01:00') },
  { weight: 1, arbitrary: fc.constantFrom('2026-03-01', '2026-03', '2026') },
);

const idArbitrary = fc.stringMatching(/^[a-cA-C0-2.-]{1,4}$/u);

/** Notes of {@link SEARCHED_CLIENTS} by {@link SEARCHED_AUTHORS}, each with an id of its own; many of the same second. */
export function notesArbitrary(most: number): fc.Arbitrary<Composition[]> {
  return fc.uniqueArray(noteArbitrary, { maxLength: most, size: 'max', selector: ({ id }) => id });
}

const noteArbitrary: fc.Arbitrary<Composition> = fc
  .record({
    id: idArbitrary,
    clientId: fc.constantFrom(...SEARCHED_CLIENTS),
    author: fc.constantFrom(...SEARCHED_AUTHORS),
    status: fc.constantFrom(...STATUSES),
    type: fc.constantFrom(...TYPES),
    date: dateArbitrary,
    data: textArbitrary,
    plan: textArbitrary,
  })
  .map(({ id, clientId, author, status, type, date, data, plan }) => ({
    ...withNoteSections(
      createNote({
        id,
        clientId,
        encounterId: `visit-${clientId}`,
        practitionerId: author,
        practitionerName: author,
        organizationId: 'org',
        format: 'DAP',
        title: 'Note',
        now: 0,
      }),
      { data, '18776-5': plan },
    ),
    status,
    date,
    type: { coding: [{ system: 'http://loinc.org', code: type }] },
  }));

/** What may be asked of such notes. */
export const noteQueryArbitrary: fc.Arbitrary<NoteQuery> = fc
  .record({
    text: typedArbitrary,
    clientId: seldom(fc.constantFrom(...SEARCHED_CLIENTS, 'nobody')),
    author: seldom(fc.constantFrom(...SEARCHED_AUTHORS).map((id) => `Practitioner/${id}`)),
    statuses: seldom(fc.uniqueArray(fc.constantFrom(...STATUSES), { minLength: 1, maxLength: 3 })),
    type: seldom(fc.constantFrom(...TYPES)),
    from: seldom(fc.oneof(dateArbitrary, momentArbitrary())),
    before: seldom(fc.oneof(dateArbitrary, momentArbitrary())),
  })
  .map(({ text, ...filters }) => ({
    text,
    ...Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined)),
  }));

function seldom<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> {
  return fc.oneof({ weight: 7, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
}

function momentArbitrary(): fc.Arbitrary<string> {
  const start = instantToMilliseconds('2025-12-31T00:00:00Z') ?? 0;
  return fc.nat(3 * 86_400).map((seconds) => toInstant(start + seconds * 1000));
}
