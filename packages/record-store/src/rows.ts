import { type Composition, clientOf, type FhirResource, keyOfReference } from '@fieldchart/clinical';
import type { Entry, EntryState, MergeRefusal, MutationKind } from '@fieldchart/smart-queue';
import { isLaterInstant } from './isLaterInstant.ts';

export type RecordRow = {
  readonly key: string;
  readonly client_id: string | null;
  readonly revision: number;
  readonly version_id: string | null;
  readonly server_time: string | null;
  readonly resource: string;
};

export type OutboxRow = {
  readonly sequence: number;
  readonly id: string;
  readonly key: string;
  readonly kind: MutationKind;
  readonly author: string;
  readonly state: EntryState;
  readonly group_id: string | null;
  readonly barrier: number;
  readonly client_id: string | null;
  readonly batch_id: string | null;
  readonly if_match: string | null;
  readonly reason_code: string | null;
  readonly reason_text: string | null;
  readonly body: string | null;
  readonly draft: number;
  readonly edits: number;
  readonly apart: MergeRefusal;
  readonly submitted: string | null;
};

export function rowToEntry(row: OutboxRow): Entry {
  return {
    id: row.id,
    sequence: row.sequence,
    resource: row.key,
    kind: row.kind,
    author: row.author,
    group: row.group_id,
    barrier: row.barrier === 1,
    state: row.state,
    edits: row.edits,
    apart: row.apart,
  };
}

/** A resource's JSON as this store itself wrote it. */
export function parseResource(json: string): FhirResource {
  return JSON.parse(json) as FhirResource;
}

/** What the lists read of a record without opening its resource. */
export interface Summary {
  readonly clientId: string | null;
  readonly status: string | null;
  readonly author: string | null;
  readonly date: string | null;
}

export function summaryOf(resource: FhirResource): Summary {
  return {
    clientId: clientOf(resource) ?? null,
    status: 'status' in resource && typeof resource.status === 'string' ? resource.status : null,
    author: resource.resourceType === 'Composition' ? authorOf(resource) : null,
    date: dateOf(resource),
  };
}

function authorOf(note: Composition): string | null {
  const reference = note.author[0]?.reference;
  return reference === undefined ? null : (keyOfReference(reference) ?? null);
}

function dateOf(resource: FhirResource): string | null {
  switch (resource.resourceType) {
    case 'Encounter':
    case 'Flag':
    case 'EpisodeOfCare':
      return resource.period?.start ?? null;
    case 'Appointment':
      return resource.start ?? null;
    case 'Composition':
      return resource.date;
    case 'Consent':
      return resource.dateTime ?? null;
    case 'Provenance':
      return resource.recorded;
    case 'Patient':
    case 'Practitioner':
    case 'Organization':
    case 'CareTeam':
    case 'Condition':
    case 'AuditEvent':
      return null;
  }
}

/** Whether the content is signed, hence immutable (C2). */
export function isSigned(resource: FhirResource): boolean {
  return (
    resource.resourceType === 'Composition' && (resource.status === 'final' || resource.status === 'amended')
  );
}

/** What an entry would send: its own copy, or the record itself. */
export function bodyOf(row: OutboxRow, record: RecordRow): string {
  return row.body ?? record.resource;
}

/** Whether server version `a` came after `b`. Ours count up; others are ordered by the server's own clock. */
export function isNewer(
  a: { readonly versionId: string; readonly serverTime: string },
  b: { readonly versionId: string; readonly serverTime: string | null },
): boolean {
  const number = /^\d+$/u;
  if (number.test(a.versionId) && number.test(b.versionId)) {
    return Number(a.versionId) > Number(b.versionId);
  }
  return a.versionId !== b.versionId && (b.serverTime === null || isLaterInstant(a.serverTime, b.serverTime));
}
