import { toInstant } from '@fieldchart/foundation';
import { instantToMilliseconds } from '../fhir/calendar.ts';
import type { FhirResource } from '../fhir/resources.ts';
import { type ClientGroup, clientGroups } from './clientGroups.ts';
import { noteFacts } from './noteDocument.ts';

/** What a list of clients is narrowed to beside what was typed. Every part that is given must hold. */
export interface ClientNarrowing {
  /** Groups that the client is in. */
  readonly groups?: readonly Pick<ClientGroup, 'kind' | 'value'>[];
  /** Key of a practitioner who has an unsigned note about the client. */
  readonly unsignedBy?: string;
  /** Instant: no visit took place from this one on. */
  readonly notSeenSince?: string;
  /** Somebody has flagged the client, and nobody has ended it. */
  readonly atRisk?: true;
  /** A consent in force ends on one of these days, both of them included. */
  readonly consentEnds?: { readonly first: string; readonly last: string };
}

/** Filters of a list of clients that depend on its records alone; what waits on a device is known to that device. */
export type RecordedFilter = 'unsigned' | 'not-seen-30-days' | 'risk' | 'consent-expiring';

const THIRTY_DAYS = 30 * 24 * 60 * 60 * 1000;

/** What a filter narrows to for this person at this time, in milliseconds. */
export function narrowingOf(
  filter: RecordedFilter,
  { practitionerId, now }: { readonly practitionerId: string; readonly now: number },
): ClientNarrowing {
  switch (filter) {
    case 'unsigned':
      return { unsignedBy: `Practitioner/${practitionerId}` };
    case 'not-seen-30-days':
      return { notSeenSince: toInstant(now - THIRTY_DAYS) };
    case 'risk':
      return { atRisk: true };
    case 'consent-expiring':
      return { consentEnds: { first: dayOf(now), last: dayOf(now + THIRTY_DAYS) } };
  }
}

function dayOf(at: number): string {
  return toInstant(at).slice(0, 10);
}

/** Whether a client with these records, and no others, is let through: the meaning of every such list, whoever makes it. */
export function isNarrowedTo(records: readonly FhirResource[], narrowing: ClientNarrowing): boolean {
  const { groups = [], unsignedBy, notSeenSince, atRisk, consentEnds } = narrowing;
  const isIn = groups.map(({ kind, value }) =>
    records.some((record) =>
      clientGroups(record).some((group) => group.kind === kind && group.value === value),
    ),
  );
  if (isIn.includes(false)) return false;
  if (unsignedBy !== undefined && !records.some((record) => isUnsigned(record, unsignedBy))) return false;
  if (notSeenSince !== undefined && records.some((record) => isSeenSince(record, notSeenSince))) return false;
  if (atRisk === true && !records.some((one) => one.resourceType === 'Flag' && one.status === 'active')) {
    return false;
  }
  return consentEnds === undefined || records.some((record) => isEnding(record, consentEnds));
}

function isUnsigned(record: FhirResource, author: string): boolean {
  return (
    record.resourceType === 'Composition' &&
    record.status === 'preliminary' &&
    noteFacts(record).author === author
  );
}

function isSeenSince(record: FhirResource, since: string): boolean {
  if (record.resourceType !== 'Encounter') return false;
  if (record.status === 'planned' || record.status === 'cancelled' || record.status === 'entered-in-error') {
    return false;
  }
  const at = instantToMilliseconds(record.period?.start ?? '');
  return at !== undefined && toInstant(at) >= since;
}

function isEnding(record: FhirResource, { first, last }: { first: string; last: string }): boolean {
  if (record.resourceType !== 'Consent' || record.status !== 'active') return false;
  const end = record.provision?.period?.end?.slice(0, 10);
  return end !== undefined && end >= first && end <= last;
}
