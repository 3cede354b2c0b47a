import {
  type BundleEntry,
  type Composition,
  type FhirResource,
  createNote,
  mutationIdExtension,
  resourceKey,
  signatureProvenance,
  signedPayload,
} from '@fieldchart/clinical';
import { newClient } from '../../../apps/sync-server/src/testing/requests.ts';
import { ORGANIZATION, type SimulatedIdentity } from './simulatedServer.ts';

// What the contract's cases send: the same bytes to either server.

export const NOW = 1_790_000_000_000;

const uuid = (kind: number, number: number) =>
  `${String(kind).padStart(8, '0')}-0000-4000-8000-${String(number).padStart(12, '0')}`;
export const clientId = (number: number) => uuid(1, number);
export const visitId = (number: number) => uuid(3, number);

export interface EntryOptions {
  readonly id: number;
  readonly ifMatch?: string | undefined;
  /** Neither If-Match nor If-None-Match. */
  readonly neither?: boolean;
}

export function entryOf(resource: FhirResource, { id, ifMatch, neither }: EntryOptions): BundleEntry {
  const condition =
    neither === true ? {} : ifMatch === undefined ? { ifNoneMatch: '*' } : { ifMatch: `W/"${ifMatch}"` };
  return {
    resource: { ...resource },
    request: {
      method: 'PUT',
      url: resourceKey(resource),
      ...condition,
      extension: [mutationIdExtension(uuid(9, id))],
    },
  };
}

export function bundle(type: 'batch' | 'transaction', entry: readonly BundleEntry[]): object {
  return { resourceType: 'Bundle', type, entry };
}

export function clientEntries(practitionerId: string, number: number): readonly BundleEntry[] {
  const device = { practitionerId } as Parameters<typeof newClient>[0];
  return newClient(device, clientId(number), visitId(number), uuid(2, number)).map((resource, at) =>
    entryOf(resource, { id: number * 1000 + at }),
  );
}

export function visitEntry(client: number, number: number, who = 'Practitioner/ana'): BundleEntry {
  const visit = {
    resourceType: 'Encounter',
    id: visitId(number),
    status: 'in-progress',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'HH' },
    subject: { reference: `Patient/${clientId(client)}` },
    participant: [{ individual: { reference: who } }],
  } as FhirResource;
  return entryOf(visit, { id: 100 + number });
}

export function noteOf(practitionerId: string, client: number, visit: number): Composition {
  return createNote({
    id: uuid(4, visit),
    clientId: clientId(client),
    encounterId: visitId(visit),
    practitionerId,
    practitionerName: practitionerId,
    organizationId: ORGANIZATION,
    format: 'DAP',
    title: 'Note',
    now: NOW,
  });
}

export async function provenanceOf(note: Composition, device: SimulatedIdentity, signerId: string) {
  return signatureProvenance({
    id: uuid(5, 1),
    targets: [note],
    signerId,
    organizationId: ORGANIZATION,
    deviceId: 'device',
    when: NOW,
    jws: await device.sign(signedPayload([note])),
    type: 'author',
  });
}

export function withMembers(team: unknown, members: readonly string[]): FhirResource {
  const participant = members.map((id) => ({ member: { reference: `Practitioner/${id}` } }));
  return { ...(team as FhirResource), participant } as FhirResource;
}
