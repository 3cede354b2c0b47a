import {
  type CareTeam,
  type Condition,
  type FhirResource,
  type Organization,
  type Patient,
  type Practitioner,
  type PractitionerRole,
  CONDITION_CATEGORY,
  CONDITION_CLINICAL,
  CONDITION_VERIFICATION,
  ICD_10_CM,
  createCareTeam,
  createPatient,
  displayName,
} from '@fieldchart/clinical';
import { toInstant } from '@fieldchart/foundation';
import { type Chooser, createChooser } from './chooser.ts';
import { type DemoVisit, planVisits } from './planVisits.ts';
import { AREA_CODES, FAMILY_NAMES, GIVEN_NAMES, STAFF, STREETS, TOWNS } from './people.ts';
import { createStory } from './story.ts';
import { THEMES, type Theme } from './themes.ts';
import { writeEpisode, writeFlags, writeKeptBookings, writeNextBooking } from './writeStanding.ts';
import { writeVisit } from './writeVisit.ts';

export const DEMO_CLIENTS = 300;
export const DEMO_NOTES = 6000;

/** Clients go to the clinicians in turn. */
const CLINICIANS = STAFF.filter(({ role }) => role === 'clinician').length;

/** Notes per clinician that are left unsigned: the latest ones. */
const UNSIGNED = 4;
const DAY = 86_400_000;

export interface DemoPractitioner {
  readonly practitioner: Practitioner;
  readonly role: PractitionerRole;
}

export interface DemoClient {
  /** Practitioner id of the client's clinician. */
  readonly clinicianId: string;
  /** The client first, then what refers to it, in an order in which each refers only to earlier ones. */
  readonly resources: readonly FhirResource[];
}

export interface Demo {
  readonly organization: Organization;
  readonly practitioners: readonly DemoPractitioner[];
  /** Made one by one as it is read, so that a start can show progress. */
  readonly clients: Iterable<DemoClient>;
}

/**
 * A demonstration organisation of invented people: 3 clinicians and a supervisor, 300 clients, three years of visits
 * up to `now`, 6,000 notes. The same seed and the same `now` make the same records.
 */
export function generateDemo({ seed, now }: { readonly seed: number; readonly now: number }): Demo {
  const chooser = createChooser(seed);
  const organization: Organization = {
    resourceType: 'Organization',
    id: chooser.uuid(),
    active: true,
    name: 'Alder Valley Behavioral Health',
    telecom: [{ system: 'phone', value: '406-555-0100', use: 'work' }],
    address: [
      { line: ['200 Depot Street'], city: 'Alder Creek', state: 'MT', postalCode: '59710', country: 'US' },
    ],
  };
  const practitioners = STAFF.map(({ given, family, role, title }): DemoPractitioner => {
    const name = [{ use: 'official' as const, family, given: [given] }];
    return {
      role,
      practitioner: {
        resourceType: 'Practitioner',
        id: chooser.uuid(),
        active: true,
        name,
        qualification: [{ code: { text: title } }],
      },
    };
  });
  const people = planPeople(chooser, practitioners, now);
  const supervisors = practitioners.filter(({ role }) => role === 'supervisor');
  return {
    organization,
    practitioners,
    clients: {
      *[Symbol.iterator]() {
        for (const person of people) yield writeClient(person, { organization, supervisors, now });
      },
    },
  };
}

interface PlannedPerson {
  readonly seed: number;
  readonly index: number;
  readonly clinician: Practitioner;
  readonly given: string;
  readonly family: string;
  readonly gender: 'female' | 'male' | 'other';
  readonly birthDate: string;
  readonly visits: readonly DemoVisit[];
}

/** Decides who there is and when they were seen; which notes are unsigned depends on all of them. */
function planPeople(
  chooser: Chooser,
  practitioners: readonly DemoPractitioner[],
  now: number,
): PlannedPerson[] {
  const clinicians = practitioners
    .filter(({ role }) => role === 'clinician')
    .map(({ practitioner }) => practitioner);
  const courses = planVisits({ chooser, now, clients: DEMO_CLIENTS, visits: DEMO_NOTES });
  const names = new Set<string>();
  const people = courses.map((visits, index): PlannedPerson => {
    const gender = chooser.chance(0.02) ? 'other' : chooser.chance(0.54) ? 'female' : 'male';
    let given: string;
    let family: string;
    do {
      given = chooser.pick(
        GIVEN_NAMES[gender === 'other' ? chooser.pick(['female', 'male'] as const) : gender],
      );
      family = chooser.pick(FAMILY_NAMES);
    } while (names.has(`${given} ${family}`));
    names.add(`${given} ${family}`);
    const birthDate = toInstant(now - chooser.between(18 * 366, 82 * 365) * DAY).slice(0, 10);
    const clinician = chooser.pick(
      clinicians.slice(index % clinicians.length, (index % clinicians.length) + 1),
    );
    return {
      seed: chooser.between(0, 0x7fffffff),
      index,
      clinician,
      given,
      family,
      gender,
      birthDate,
      visits,
    };
  });
  return leaveUnsigned(people, clinicians);
}

function leaveUnsigned(
  people: readonly PlannedPerson[],
  clinicians: readonly Practitioner[],
): PlannedPerson[] {
  const unsigned = new Set<DemoVisit>();
  for (const clinician of clinicians) {
    const latest = people
      .filter((person) => person.clinician === clinician)
      .flatMap((person) => person.visits)
      .toSorted((one, other) => other.start - one.start)
      .slice(0, UNSIGNED);
    for (const visit of latest) unsigned.add(visit);
  }
  return people.map((person) => ({
    ...person,
    visits: person.visits.map((visit) => (unsigned.has(visit) ? { ...visit, signed: false } : visit)),
  }));
}

interface Surroundings {
  readonly organization: Organization;
  readonly supervisors: readonly DemoPractitioner[];
  readonly now: number;
}

function writeClient(person: PlannedPerson, { organization, supervisors, now }: Surroundings): DemoClient {
  const chooser = createChooser(person.seed);
  const patient = writePatient(person, organization.id, chooser);
  const age =
    Number(toInstant(person.visits.at(-1)?.start ?? 0).slice(0, 4)) - Number(person.birthDate.slice(0, 4));
  const theme = chooser.pick(THEMES);
  const story = createStory(chooser, { gender: person.gender, age });
  const since = person.visits[0]?.start ?? 0;
  const standing = {
    patient,
    clinician: person.clinician,
    organizationId: organization.id,
    visits: person.visits,
    // Choices of its own: what is written of the visits does not depend on it.
    chooser: createChooser(person.seed + 1),
  };
  const kept = writeKeptBookings(standing);
  const resources: FhirResource[] = [
    patient,
    writeTeam({
      patient,
      members: [person.clinician, ...supervisors.map((entry) => entry.practitioner)],
      since,
      chooser,
    }),
    ...writeConditions({ patient, recorder: person.clinician, theme, months: story.months, since, chooser }),
    ...writeFlags(standing),
    writeEpisode({ ...standing, icd10: theme.icd10 }),
    ...kept.values(),
    ...writeNextBooking({ ...standing, number: Math.floor(person.index / CLINICIANS), now }),
  ];
  person.visits.forEach((visit, index) => {
    const { clinician, visits } = person;
    const address = patient.address?.[0];
    const home = [address?.line?.[0], address?.city].filter((part) => part !== undefined).join(', ');
    resources.push(
      ...writeVisit({
        visit,
        moment: { theme, story, place: visit.place, visit: index, visits: visits.length, chooser },
        patient,
        clinician,
        organizationId: organization.id,
        home,
        booking: kept.get(visit),
      }),
    );
  });
  return { clinicianId: person.clinician.id, resources };
}

function writePatient(person: PlannedPerson, organizationId: string, chooser: Chooser): Patient {
  const town = chooser.pick(TOWNS);
  const area = AREA_CODES[Math.floor(person.index / 100) % AREA_CODES.length] ?? AREA_CODES[0];
  return createPatient({
    id: chooser.uuid(),
    organizationId,
    given: person.given,
    family: person.family,
    birthDate: person.birthDate,
    gender: person.gender,
    phone: `${area}-555-01${String(person.index % 100).padStart(2, '0')}`,
    line: `${chooser.between(2, 980)} ${chooser.pick(STREETS)}`,
    city: town.city,
    state: 'MT',
    postalCode: town.postalCode,
    language: chooser.chance(0.15) ? 'es' : 'en',
  });
}

function writeTeam(input: {
  readonly patient: Patient;
  readonly members: readonly Practitioner[];
  readonly since: number;
  readonly chooser: Chooser;
}): CareTeam {
  return createCareTeam({
    id: input.chooser.uuid(),
    clientId: input.patient.id,
    members: input.members.map((member) => ({ practitionerId: member.id, name: displayName(member) })),
    organizationId: (input.patient.managingOrganization?.reference ?? '').slice('Organization/'.length),
    startedAt: input.since,
  });
}

/** Second diagnoses that go with any of the themes. */
const COMPANIONS = [
  { icd10: 'F51.01', display: 'Primary insomnia' },
  { icd10: 'F17.210', display: 'Nicotine dependence, cigarettes, uncomplicated' },
  { icd10: 'F41.9', display: 'Anxiety disorder, unspecified' },
] as const;

function writeConditions(input: {
  readonly patient: Patient;
  readonly recorder: Practitioner;
  readonly theme: Theme;
  /** How long it had lasted at the first visit. */
  readonly months: number;
  readonly since: number;
  readonly chooser: Chooser;
}): Condition[] {
  const { chooser, theme, since } = input;
  const companion = chooser.chance(0.35) ? [chooser.pick(COMPANIONS)] : [];
  return [theme, ...companion].map(({ icd10, display }): Condition => ({
    resourceType: 'Condition',
    id: chooser.uuid(),
    clinicalStatus: { coding: [{ system: CONDITION_CLINICAL, code: 'active' }] },
    verificationStatus: { coding: [{ system: CONDITION_VERIFICATION, code: 'confirmed' }] },
    category: [{ coding: [{ system: CONDITION_CATEGORY, code: 'problem-list-item' }] }],
    code: { coding: [{ system: ICD_10_CM, code: icd10, display }], text: display },
    subject: { reference: `Patient/${input.patient.id}` },
    onsetDateTime: toInstant(since - input.months * 30 * DAY).slice(0, 7),
    recordedDate: toInstant(since).slice(0, 10),
    recorder: { reference: `Practitioner/${input.recorder.id}`, display: displayName(input.recorder) },
  }));
}
