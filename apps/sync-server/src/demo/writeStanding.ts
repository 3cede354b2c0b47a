import {
  type Appointment,
  type EpisodeOfCare,
  type Flag,
  type Patient,
  type Practitioner,
  FLAG_CATEGORY,
  displayName,
} from '@fieldchart/clinical';
import { toInstant } from '@fieldchart/foundation';
import type { Chooser } from './chooser.ts';
import type { DemoVisit } from './planVisits.ts';

// What stands beside a client's visits: a risk where there is one, the program, and the bookings.

const MINUTE = 60_000;
const DAY = 86_400_000;
/** Visits whose booking is kept. */
const KEPT_BOOKINGS = 3;
/** Minutes after midnight UTC, the day in the west: a clinician's places of one day. */
const PLACES_A_DAY = [15 * 60, 16 * 60 + 30, 18 * 60, 19 * 60 + 30, 21 * 60] as const;
const BOOKED_DAYS = 20;

const RISKS = [
  'Suicide risk: safety plan in place, review it at every visit',
  'Loose dog in the yard: call from the car before getting out',
  'Do not visit alone: two staff at every home visit',
  'Firearms in the home: ask at every visit whether they are locked away',
  'Former partner may come to the house: leave no messages, tell nobody the visit times',
  'No phone signal at the home: check in with the office before and after the visit',
  'Fall risk: walker needed, porch steps are uneven',
] as const;

export interface StandingInput {
  readonly patient: Patient;
  readonly clinician: Practitioner;
  readonly organizationId: string;
  /** In order of time. */
  readonly visits: readonly DemoVisit[];
  readonly chooser: Chooser;
}

/** For some clients one or two risks, found at a visit; a few have passed since. */
export function writeFlags({ patient, clinician, visits, chooser }: StandingInput): Flag[] {
  if (!chooser.chance(0.22)) return [];
  return chooser.sample(RISKS, chooser.chance(0.2) ? 2 : 1).map((text): Flag => {
    const found = chooser.pick(visits);
    const later = visits.filter(({ start }) => start > found.start);
    const over = later.length > 0 && chooser.chance(0.15) ? chooser.pick(later) : undefined;
    return {
      resourceType: 'Flag',
      id: chooser.uuid(),
      status: over === undefined ? 'active' : 'inactive',
      category: [{ coding: [{ system: FLAG_CATEGORY, code: 'safety', display: 'Safety' }] }],
      code: { text },
      subject: { reference: `Patient/${patient.id}` },
      period: {
        start: toInstant(found.start).slice(0, 10),
        ...(over === undefined ? {} : { end: toInstant(over.start).slice(0, 10) }),
      },
      author: byClinician(clinician),
    };
  });
}

/** The program that cares for the client since the first visit. */
export function writeEpisode(input: StandingInput & { readonly icd10: string }): EpisodeOfCare {
  const { patient, clinician, visits } = input;
  return {
    resourceType: 'EpisodeOfCare',
    id: input.chooser.uuid(),
    status: 'active',
    // No standard code says these: what people call the program is what there is.
    type: [{ text: programOf(input.icd10, visits) }],
    patient: { reference: `Patient/${patient.id}` },
    managingOrganization: { reference: `Organization/${input.organizationId}` },
    period: { start: toInstant(visits[0]?.start ?? 0).slice(0, 10) },
    careManager: byClinician(clinician),
  };
}

function programOf(icd10: string, visits: readonly DemoVisit[]): string {
  if (icd10.startsWith('F1')) return 'Recovery support';
  const atHome = visits.filter(({ place }) => place === 'HH').length;
  return atHome * 2 > visits.length ? 'Home-based care' : 'Outpatient therapy';
}

/** The bookings of the latest visits, which took place. */
export function writeKeptBookings(input: StandingInput): ReadonlyMap<DemoVisit, Appointment> {
  const latest = input.visits.slice(-KEPT_BOOKINGS);
  return new Map(latest.map((visit) => [visit, writeBooking(input, visit.start, 'fulfilled')]));
}

/**
 * The next visit of most clients. A clinician's clients are spread over the places of the next weeks by their number,
 * so that nobody is booked twice at one time.
 */
export function writeNextBooking(
  input: StandingInput & {
    /** Of the client among the clinician's, from 0. */
    readonly number: number;
    readonly now: number;
  },
): Appointment[] {
  if (!input.chooser.chance(0.7)) return [];
  const { number, now } = input;
  const place = PLACES_A_DAY[Math.floor(number / BOOKED_DAYS) % PLACES_A_DAY.length] ?? PLACES_A_DAY[0];
  const start = workdayAfter(now, number % BOOKED_DAYS) + place * MINUTE;
  return [writeBooking(input, start, 'booked')];
}

/** Midnight UTC of a workday after `now`; 0 is the first of them. */
function workdayAfter(now: number, count: number): number {
  let day = Math.floor(now / DAY);
  for (let left = count; left >= 0;) {
    day += 1;
    const weekday = (day + 4) % 7;
    if (weekday !== 0 && weekday !== 6) left -= 1;
  }
  return day * DAY;
}

function writeBooking(
  { patient, clinician, chooser }: StandingInput,
  start: number,
  status: 'booked' | 'fulfilled',
): Appointment {
  return {
    resourceType: 'Appointment',
    id: chooser.uuid(),
    status,
    start: toInstant(start),
    end: toInstant(start + 45 * MINUTE),
    participant: [
      { actor: { reference: `Patient/${patient.id}`, display: displayName(patient) }, status: 'accepted' },
      { actor: byClinician(clinician), status: 'accepted' },
    ],
  };
}

function byClinician(clinician: Practitioner) {
  return { reference: `Practitioner/${clinician.id}`, display: displayName(clinician) };
}
