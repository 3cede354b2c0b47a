import { daysInMonth, instantToMilliseconds } from '../fhir/calendar.ts';
import type { Provenance } from '../fhir/documents.ts';
import { keyOfReference } from '../fhir/references.ts';
import type { FhirResource } from '../fhir/resources.ts';

/** What may age out of a device. The client, and how things stand with them, stay for as long as the client does. */
export const AGEING_TYPES = ['Encounter', 'Composition', 'Consent', 'Provenance'] as const;

/** Whether a type, as it stands before the slash of a key, is one of {@link AGEING_TYPES}. */
export function isAgeingType(type: string): boolean {
  return (AGEING_TYPES as readonly string[]).includes(type);
}

/**
 * Since when a record has been closed, by what it says of itself, in milliseconds since the epoch. Undefined: it is open
 * (a draft, a visit that goes on or is to come, a consent in force), bears no date, or is of a type that never ages out.
 */
export function closedAt(resource: FhirResource): number | undefined {
  switch (resource.resourceType) {
    case 'Encounter':
      return ['finished', 'cancelled', 'entered-in-error'].includes(resource.status)
        ? latest(resource.period?.start, resource.period?.end)
        : undefined;
    case 'Composition':
      return resource.status === 'preliminary'
        ? undefined
        : latest(resource.date, ...(resource.attester ?? []).map(({ time }) => time));
    case 'Consent':
      return consentClosedAt(resource);
    case 'Provenance':
      return targetsAge(resource) ? latest(resource.recorded) : undefined;
    case 'Patient':
    case 'CareTeam':
    case 'Condition':
    case 'Flag':
    case 'EpisodeOfCare':
    case 'Appointment':
    case 'Practitioner':
    case 'Organization':
    case 'AuditEvent':
      return undefined;
  }
}

/** In force until it is revoked or runs out; one that names no end is in force. */
function consentClosedAt(consent: Extract<FhirResource, { resourceType: 'Consent' }>): number | undefined {
  const end = consent.provision?.period?.end;
  switch (consent.status) {
    case 'inactive':
    case 'rejected':
    case 'entered-in-error':
      return latest(consent.dateTime, end);
    case 'active':
      return end === undefined ? undefined : latest(consent.dateTime, end);
    case 'draft':
    case 'proposed':
      return undefined;
  }
}

/** The signature of something that never ages out stays with it. */
function targetsAge({ target }: Provenance): boolean {
  return target.every(({ reference }) => {
    const key = keyOfReference(reference);
    return key !== undefined && isAgeingType(key.slice(0, key.indexOf('/')));
  });
}

function latest(...dates: readonly (string | undefined)[]): number | undefined {
  const times = dates.flatMap((date) => (date === undefined ? [] : [endOf(date)]));
  return times.length === 0 || times.includes(undefined) ? undefined : Math.max(...(times as number[]));
}

/** The last moment that a FHIR `dateTime` may mean: of a day without a time, its end in the westernmost zone. */
function endOf(dateTime: string): number | undefined {
  const exact = instantToMilliseconds(dateTime);
  if (exact !== undefined) return exact;
  const [, year, month = '12', day] = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/u.exec(dateTime) ?? [];
  if (year === undefined) return undefined;
  const lastDay = day ?? String(daysInMonth(Number(year), Number(month))).padStart(2, '0');
  return instantToMilliseconds(`${year}-${month}-${lastDay}T23:59:59-12:00`);
}
