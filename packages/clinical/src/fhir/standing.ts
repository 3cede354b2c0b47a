import type { z } from 'zod';
import { codeableConcept, identifier, period, reference } from './dataTypes.ts';
import { backbone, many, maybe, some } from './element.ts';
import * as p from './primitives.ts';
import { resource } from './resourceBase.ts';

// How things stand with a client beside what was written of them: what to beware of, which program cares for them,
// when they are seen next (hl7.org/fhir/R4/flag.html, episodeofcare.html, appointment.html).

export const flag = resource('Flag', {
  identifier: many(identifier),
  status: p.oneOf('active', 'inactive', 'entered-in-error'),
  category: many(codeableConcept),
  code: codeableConcept,
  subject: reference,
  period: maybe(period),
  encounter: maybe(reference),
  author: maybe(reference),
});
export interface Flag extends z.infer<typeof flag> {}

const episodeStatus = p.oneOf(
  'planned',
  'waitlist',
  'active',
  'onhold',
  'finished',
  'cancelled',
  'entered-in-error',
);

export const episodeOfCare = resource('EpisodeOfCare', {
  identifier: many(identifier),
  status: episodeStatus,
  statusHistory: many(backbone({ status: episodeStatus, period })),
  type: many(codeableConcept),
  diagnosis: many(
    backbone({ condition: reference, role: maybe(codeableConcept), rank: maybe(p.positiveInt) }),
  ),
  patient: reference,
  managingOrganization: maybe(reference),
  period: maybe(period),
  referralRequest: many(reference),
  careManager: maybe(reference),
  team: many(reference),
  account: many(reference),
});
export interface EpisodeOfCare extends z.infer<typeof episodeOfCare> {}

const WITHOUT_TIME: ReadonlySet<string> = new Set(['proposed', 'cancelled', 'waitlist']);
const CALLED_OFF: ReadonlySet<string> = new Set(['cancelled', 'noshow']);

export const appointment = resource('Appointment', {
  identifier: many(identifier),
  status: p.oneOf(
    'proposed',
    'pending',
    'booked',
    'arrived',
    'fulfilled',
    'cancelled',
    'noshow',
    'entered-in-error',
    'checked-in',
    'waitlist',
  ),
  // One l: so R4 spells it.
  cancelationReason: maybe(codeableConcept),
  serviceCategory: many(codeableConcept),
  serviceType: many(codeableConcept),
  specialty: many(codeableConcept),
  appointmentType: maybe(codeableConcept),
  reasonCode: many(codeableConcept),
  reasonReference: many(reference),
  priority: maybe(p.unsignedInt),
  description: maybe(p.string),
  supportingInformation: many(reference),
  start: maybe(p.instant),
  end: maybe(p.instant),
  minutesDuration: maybe(p.positiveInt),
  slot: many(reference),
  created: maybe(p.dateTime),
  comment: maybe(p.string),
  patientInstruction: maybe(p.string),
  basedOn: many(reference),
  participant: some(
    backbone({
      type: many(codeableConcept),
      actor: maybe(reference),
      required: maybe(p.oneOf('required', 'optional', 'information-only')),
      status: p.oneOf('accepted', 'declined', 'tentative', 'needs-action'),
      period: maybe(period),
    }).refine((one) => one.type !== undefined || one.actor !== undefined, {
      message: 'app-1: a participant needs a type or an actor',
    }),
  ),
  requestedPeriod: many(period),
})
  .refine((value) => (value.start === undefined) === (value.end === undefined), {
    message: 'app-2: start and end stand together or not at all',
  })
  .refine((value) => value.start !== undefined || WITHOUT_TIME.has(value.status), {
    message: 'app-3: only what is proposed, cancelled or on a waitlist has no start',
  })
  .refine((value) => value.cancelationReason === undefined || CALLED_OFF.has(value.status), {
    message: 'app-4: a reason to cancel stands only where it was cancelled or nobody came',
  });
export interface Appointment extends z.infer<typeof appointment> {}
