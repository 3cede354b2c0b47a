import fc from 'fast-check';
import { createCareTeam } from '../../chart.ts';
import type { CodeableConcept } from '../../fhir/dataTypes.ts';
import type { FhirResource } from '../../fhir/resources.ts';
import { createNote } from '../../notes/note.ts';
import type { ClientNarrowing } from '../clientNarrowing.ts';
import { SEARCHED_CLIENTS } from './noteArbitrary.ts';

const CODES: readonly CodeableConcept[] = [
  { coding: [{ system: 'urn:icd', code: 'F33.1' }], text: 'Depression' },
  { coding: [{ system: 'urn:other', code: 'F33.1' }] },
  { text: 'Ánimo, bajo | y más' },
  { text: 'animo, bajo | y mas' },
  { text: 'sad '.repeat(800) },
];
const VALUES = [
  'urn:icd|F33.1',
  'urn:other|F33.1',
  'animo, bajo | y mas',
  'sad '.repeat(800).trim(),
  'F33.1',
];
const TEAMS = ['ben', 'cleo'] as const;
const FLAGGED = ['active', 'inactive', 'entered-in-error'] as const;
const DAYS = ['2026-02-28', '2026-03-01', '2026-03-15', '2026-03-31', '2026-04-01'] as const;

/** Records of {@link SEARCHED_CLIENTS} that a list can be narrowed by, and such as only look so. */
export const recordsArbitrary: fc.Arbitrary<FhirResource[]> = fc
  .array(
    fc.record({
      clientId: fc.constantFrom(...SEARCHED_CLIENTS),
      kind: fc.constantFrom('Flag', 'Consent', 'EpisodeOfCare', 'CareTeam', 'Condition', 'Composition'),
      at: fc.nat(4),
      more: fc.nat(3),
    }),
    { minLength: 8, maxLength: 40, size: 'max' },
  )
  .map((all) => all.map((one, index) => recordOf(one.kind, `r${String(index)}`, one)));

interface Made {
  readonly clientId: string;
  readonly at: number;
  readonly more: number;
}

function recordOf(kind: string, id: string, { clientId, at, more }: Made): FhirResource {
  const of = { reference: `Patient/${clientId}` };
  const code = CODES[at] ?? {};
  switch (kind) {
    case 'Flag':
      return { resourceType: 'Flag', id, status: FLAGGED[more] ?? 'active', code, subject: of };
    case 'Consent':
      return {
        resourceType: 'Consent',
        id,
        status: more === 0 ? 'inactive' : 'active',
        scope: { text: 'treatment' },
        category: [{ text: 'consent' }],
        patient: of,
        policyRule: { text: 'treatment' },
        ...(more === 3 ? {} : { provision: { period: { end: endOf(at, more) } } }),
      };
    case 'EpisodeOfCare':
      return {
        resourceType: 'EpisodeOfCare',
        id,
        status: (['active', 'onhold', 'finished', 'planned'] as const)[more] ?? 'active',
        type: [code],
        patient: of,
      };
    case 'CareTeam': {
      const members = [{ practitionerId: TEAMS[at % 2] ?? 'ben', name: 'Member' }];
      const team = createCareTeam({ id, clientId, members, organizationId: 'org', startedAt: 0 });
      return more === 0 ? { ...team, status: 'inactive' } : team;
    }
    case 'Condition':
      return {
        resourceType: 'Condition',
        id,
        subject: of,
        code,
        ...(more === 0
          ? { clinicalStatus: { coding: [{ code: 'resolved' }] } }
          : more === 1
            ? { verificationStatus: { coding: [{ code: 'refuted' }] } }
            : {}),
      };
    default:
      return {
        ...createNote({
          id,
          clientId,
          encounterId: `visit-${clientId}`,
          practitionerId: at % 2 === 0 ? 'ana' : 'ben',
          practitionerName: 'Author',
          organizationId: 'org',
          format: 'DAP',
          title: 'Note',
          now: 0,
        }),
        status: more === 0 ? 'final' : 'preliminary',
      };
  }
}

/** A day, or a moment of it. */
function endOf(at: number, more: number): string {
  const day = DAYS[at] ?? DAYS[0];
  return more === 2 ? `${day}T23:59:59Z` : day;
}

/** What a list of such clients may be narrowed to. */
export const narrowingArbitrary: fc.Arbitrary<ClientNarrowing> = fc
  .record({
    groups: fc.array(
      fc.oneof(
        fc.record({
          kind: fc.constantFrom('program' as const, 'diagnosis' as const),
          value: fc.constantFrom(...VALUES),
        }),
        fc.record({
          kind: fc.constant('team' as const),
          value: fc.constantFrom(...TEAMS).map((id) => `Practitioner/${id}`),
        }),
      ),
      { maxLength: 2 },
    ),
    inGroups: fc.constantFrom(true, false, false),
    part: fc.constantFrom('none', 'unsigned', 'seen', 'risk', 'consent'),
    at: fc.nat(3),
  })
  .map(({ groups, inGroups, part, at }) => {
    const days = { first: DAYS[1], last: DAYS[3] };
    return {
      groups: inGroups ? [...new Map(groups.map((group) => [group.kind, group])).values()] : [],
      ...(part === 'unsigned' ? { unsignedBy: at < 2 ? 'Practitioner/ana' : 'Practitioner/ben' } : {}),
      ...(part === 'seen' ? { notSeenSince: `1970-01-0${String(at + 1)}T00:00:00.000Z` } : {}),
      ...(part === 'risk' ? { atRisk: true as const } : {}),
      ...(part === 'consent' ? { consentEnds: days } : {}),
    };
  });
