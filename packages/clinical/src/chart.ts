import { toInstant } from '@fieldchart/foundation';
import { LANGUAGE_TAG, VISIT_CLASSES, type VisitPlace } from './codes.ts';
import type { Encounter } from './fhir/care.ts';
import { instantToMilliseconds } from './fhir/calendar.ts';
import type { CareTeam, Patient } from './fhir/people.ts';

// New records of the chart, made on the device. Empty inputs leave no empty elements behind (FHIR forbids them).

export interface NewPatient {
  readonly id: string;
  readonly organizationId: string;
  readonly given: string;
  readonly family: string;
  /** YYYY-MM-DD */
  readonly birthDate: string;
  readonly gender: 'female' | 'male' | 'other' | 'unknown';
  readonly phone: string;
  readonly line: string;
  readonly city: string;
  readonly state: string;
  readonly postalCode: string;
  /** BCP 47 */
  readonly language: string;
}

/** A client as registered, possibly offline. */
export function createPatient(input: NewPatient): Patient {
  const address = {
    ...(input.line === '' ? {} : { line: [input.line] }),
    ...filled({ city: input.city, state: input.state, postalCode: input.postalCode }),
  };
  return {
    resourceType: 'Patient',
    id: input.id,
    active: true,
    name: [
      {
        use: 'official',
        ...filled({ family: input.family }),
        ...(input.given === '' ? {} : { given: [input.given] }),
      },
    ],
    ...(input.phone === '' ? {} : { telecom: [{ system: 'phone', value: input.phone, use: 'mobile' }] }),
    gender: input.gender,
    ...filled({ birthDate: input.birthDate }),
    ...(Object.keys(address).length === 0 ? {} : { address: [{ use: 'home', ...address }] }),
    communication: [
      { language: { coding: [{ system: LANGUAGE_TAG, code: input.language }] }, preferred: true },
    ],
    managingOrganization: { reference: `Organization/${input.organizationId}` },
  };
}

function filled<Fields extends Readonly<Record<string, string>>>(fields: Fields): Partial<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== '')) as Partial<Fields>;
}

export interface NewEncounter {
  readonly id: string;
  readonly clientId: string;
  readonly practitionerId: string;
  readonly practitionerName: string;
  readonly organizationId: string;
  readonly place: VisitPlace;
  /** Where, in the clinician's words; may be empty. */
  readonly location: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** A visit that has begun. */
export function createEncounter(input: NewEncounter): Encounter {
  return {
    resourceType: 'Encounter',
    id: input.id,
    status: 'in-progress',
    class: VISIT_CLASSES[input.place],
    subject: { reference: `Patient/${input.clientId}` },
    participant: [
      {
        individual: { reference: `Practitioner/${input.practitionerId}`, display: input.practitionerName },
      },
    ],
    period: { start: toInstant(input.startedAt) },
    ...(input.location === '' ? {} : { location: [{ location: { display: input.location } }] }),
    serviceProvider: { reference: `Organization/${input.organizationId}` },
  };
}

/** The visit, ended. A clock that went back since the start does not make it end before it began. */
export function finishEncounter(encounter: Encounter, ending: { readonly endedAt: number }): Encounter {
  const start = encounter.period?.start;
  const startedAt = start === undefined ? undefined : instantToMilliseconds(start);
  const endedAt = Math.max(ending.endedAt, startedAt ?? ending.endedAt);
  return { ...encounter, status: 'finished', period: { ...encounter.period, end: toInstant(endedAt) } };
}

export interface NewCareTeam {
  readonly id: string;
  readonly clientId: string;
  readonly members: readonly { readonly practitionerId: string; readonly name: string }[];
  readonly organizationId: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** Who cares for a client: this is what puts the client into a clinician's caseload. */
export function createCareTeam(input: NewCareTeam): CareTeam {
  return {
    resourceType: 'CareTeam',
    id: input.id,
    status: 'active',
    subject: { reference: `Patient/${input.clientId}` },
    period: { start: toInstant(input.startedAt) },
    participant: input.members.map(({ practitionerId, name }) => ({
      member: { reference: `Practitioner/${practitionerId}`, display: name },
    })),
    managingOrganization: [{ reference: `Organization/${input.organizationId}` }],
  };
}
