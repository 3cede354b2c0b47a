import type { FhirResource } from '@fieldchart/clinical';
import { foldText } from '@fieldchart/clinical';

/** What search reads of a resource, kept in columns beside it. */
export interface SearchColumns {
  readonly status: string | null;
  /** Start of the date that the resource is about, as FHIR writes it: sorts and compares as text. */
  readonly date: string | null;
  /** Tokens of types and identifiers: `code` and `system|code`. */
  readonly codes: readonly string[];
  /** Words of a name, folded, each after a space. */
  readonly names: string | null;
  /** Digits only. */
  readonly phones: readonly string[];
}

const nothing: SearchColumns = { status: null, date: null, codes: [], names: null, phones: [] };

/** Derives the search columns of a resource. */
export function searchColumns(resource: FhirResource): SearchColumns {
  switch (resource.resourceType) {
    case 'Patient':
      return {
        ...nothing,
        date: resource.birthDate ?? null,
        codes: tokens(
          resource.identifier?.map((identifier) => ({ system: identifier.system, code: identifier.value })),
        ),
        names: foldedNames(resource.name),
        phones: phones(resource.telecom),
      };
    case 'Practitioner':
      return { ...nothing, names: foldedNames(resource.name), phones: phones(resource.telecom) };
    case 'Encounter':
      return {
        ...nothing,
        status: resource.status,
        date: toComparable(resource.period?.start),
        codes: tokens([resource.class, ...(resource.type ?? []).flatMap((type) => type.coding ?? [])]),
      };
    case 'Composition':
      return {
        ...nothing,
        status: resource.status,
        date: toComparable(resource.date),
        codes: tokens(resource.type.coding),
      };
    case 'Condition':
      return {
        ...nothing,
        status: resource.clinicalStatus?.coding?.[0]?.code ?? null,
        date: toComparable(resource.recordedDate ?? resource.onsetDateTime),
        codes: tokens(resource.code?.coding),
      };
    case 'Flag':
      return {
        ...nothing,
        status: resource.status,
        date: toComparable(resource.period?.start),
        codes: tokens([resource.code, ...(resource.category ?? [])].flatMap(({ coding }) => coding ?? [])),
      };
    case 'EpisodeOfCare':
      return {
        ...nothing,
        status: resource.status,
        date: toComparable(resource.period?.start),
        codes: tokens(resource.type?.flatMap((type) => type.coding ?? [])),
      };
    case 'Appointment':
      return { ...nothing, status: resource.status, date: toComparable(resource.start) };
    case 'Consent':
      return {
        ...nothing,
        status: resource.status,
        date: toComparable(resource.dateTime),
        codes: tokens(resource.category.flatMap((category) => category.coding ?? [])),
      };
    case 'CareTeam':
      return { ...nothing, status: resource.status ?? null };
    case 'Provenance':
      return { ...nothing, date: toComparable(resource.recorded) };
    case 'Organization':
    case 'AuditEvent':
      return nothing;
  }
}

/** A dateTime with its zone in UTC, so that texts compare as times do; a date stays as it is. */
export function toComparable(dateTime: string | undefined): string | null {
  if (dateTime === undefined) return null;
  return dateTime.includes('T') ? new Date(dateTime).toISOString() : dateTime;
}

function tokens(
  codings:
    readonly { readonly system?: string | undefined; readonly code?: string | undefined }[] | undefined,
): string[] {
  const found = new Set<string>();
  for (const { system, code } of codings ?? []) {
    if (code === undefined) continue;
    found.add(code);
    found.add(`${system ?? ''}|${code}`);
  }
  return [...found];
}

function foldedNames(
  names:
    | readonly {
        readonly family?: string | undefined;
        readonly given?: readonly string[] | undefined;
        readonly text?: string | undefined;
      }[]
    | undefined,
): string {
  const words = (names ?? []).flatMap((name) => [...(name.given ?? []), name.family ?? '', name.text ?? '']);
  return foldText(words.map((word) => ` ${word}`).join(''));
}

function phones(
  telecom:
    readonly { readonly system?: string | undefined; readonly value?: string | undefined }[] | undefined,
): string[] {
  return (telecom ?? [])
    .filter((point) => point.system === 'phone' || point.system === 'sms')
    .map((point) => (point.value ?? '').replaceAll(/\D/gu, ''))
    .filter((digits) => digits !== '');
}
