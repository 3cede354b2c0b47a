import type {
  Appointment,
  Bundle,
  BundleEntry,
  EpisodeOfCare,
  FhirResource,
  Flag,
} from '@fieldchart/clinical';
import {
  createCareTeam,
  createEncounter,
  createPatient,
  mutationIdExtension,
  resourceKey,
} from '@fieldchart/clinical';
import { CompactSign } from 'jose';
import type { TestDevice } from './testServer.ts';

// What the tests of the server send.

/** A new client, their care team naming the device's holder, and a visit. */
export function newClient(
  device: TestDevice,
  clientId: string,
  encounterId: string,
  careTeamId: string,
): FhirResource[] {
  const now = 1_790_000_000_000;
  return [
    createPatient({
      id: clientId,
      organizationId: 'org',
      given: 'Noor',
      family: 'Ångström',
      birthDate: '1980-02-03',
      gender: 'female',
      phone: '(406) 555-0137',
      line: '',
      city: '',
      state: '',
      postalCode: '',
      language: 'en',
    }),
    createCareTeam({
      id: careTeamId,
      clientId,
      members: [{ practitionerId: device.practitionerId, name: 'Member' }],
      organizationId: 'org',
      startedAt: now,
    }),
    createEncounter({
      id: encounterId,
      clientId,
      practitionerId: device.practitionerId,
      practitionerName: 'Member',
      organizationId: 'org',
      place: 'HH',
      location: '',
      startedAt: now,
    }),
  ];
}

/** A risk, a program and a booking of a client, as another system would write them. */
export function standingOf(
  clientId: string,
  practitionerId: string,
  id: () => string,
): [Flag, EpisodeOfCare, Appointment] {
  const client = { reference: `Patient/${clientId}` };
  return [
    {
      resourceType: 'Flag',
      id: id(),
      status: 'active',
      category: [{ coding: [{ system: 'urn:example:category', code: 'safety' }] }],
      code: { text: 'Loose dog in the yard' },
      subject: client,
      period: { start: '2026-09-01' },
    },
    {
      resourceType: 'EpisodeOfCare',
      id: id(),
      status: 'active',
      type: [{ coding: [{ system: 'urn:example:program', code: 'outreach' }], text: 'Outreach' }],
      patient: client,
      period: { start: '2026-09-01' },
    },
    {
      resourceType: 'Appointment',
      id: id(),
      status: 'booked',
      start: '2026-10-01T18:00:00+02:00',
      end: '2026-10-01T18:45:00+02:00',
      participant: [
        { actor: { reference: `Practitioner/${practitionerId}` }, status: 'accepted' },
        { actor: client, status: 'accepted' },
      ],
    },
  ];
}

export interface EntryOptions {
  readonly mutationId?: string;
  readonly ifMatch?: string;
}

export function entryOf(resource: FhirResource, options: EntryOptions = {}): BundleEntry {
  return {
    resource: { ...resource },
    request: {
      method: 'PUT',
      url: resourceKey(resource),
      ...(options.ifMatch === undefined ? { ifNoneMatch: '*' } : { ifMatch: options.ifMatch }),
      ...(options.mutationId === undefined ? {} : { extension: [mutationIdExtension(options.mutationId)] }),
    },
  };
}

export function bundleOf(
  type: 'batch' | 'transaction',
  content: readonly (FhirResource | BundleEntry)[],
): Bundle {
  return {
    resourceType: 'Bundle',
    type,
    entry: content.map((one) => ('resourceType' in one ? entryOf(one) : one)),
  };
}

export function tokenForm(assertion: string): string {
  return new URLSearchParams({
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  }).toString();
}

/** A compact JWS over JSON. */
export function signJson(value: object, key: CryptoKey, header: object = {}): Promise<string> {
  return new CompactSign(new TextEncoder().encode(JSON.stringify(value)))
    .setProtectedHeader({ alg: 'ES384', ...header })
    .sign(key);
}
