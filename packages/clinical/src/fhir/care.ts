import type { z } from 'zod';
import {
  annotation,
  codeableConcept,
  coding,
  identifier,
  period,
  quantity,
  range,
  reference,
} from './dataTypes.ts';
import { backbone, choice, many, maybe } from './element.ts';
import * as p from './primitives.ts';
import { resource } from './resourceBase.ts';

const encounterStatus = p.oneOf(
  'planned',
  'arrived',
  'triaged',
  'in-progress',
  'onleave',
  'finished',
  'cancelled',
  'entered-in-error',
  'unknown',
);

export const encounter = resource('Encounter', {
  identifier: many(identifier),
  status: encounterStatus,
  statusHistory: many(backbone({ status: encounterStatus, period })),
  class: coding,
  classHistory: many(backbone({ class: coding, period })),
  type: many(codeableConcept),
  serviceType: maybe(codeableConcept),
  priority: maybe(codeableConcept),
  subject: maybe(reference),
  episodeOfCare: many(reference),
  basedOn: many(reference),
  participant: many(
    backbone({ type: many(codeableConcept), period: maybe(period), individual: maybe(reference) }),
  ),
  appointment: many(reference),
  period: maybe(period),
  length: maybe(quantity),
  reasonCode: many(codeableConcept),
  reasonReference: many(reference),
  diagnosis: many(
    backbone({ condition: reference, use: maybe(codeableConcept), rank: maybe(p.positiveInt) }),
  ),
  account: many(reference),
  hospitalization: maybe(
    backbone({
      preAdmissionIdentifier: maybe(identifier),
      origin: maybe(reference),
      admitSource: maybe(codeableConcept),
      reAdmission: maybe(codeableConcept),
      dietPreference: many(codeableConcept),
      specialCourtesy: many(codeableConcept),
      specialArrangement: many(codeableConcept),
      destination: maybe(reference),
      dischargeDisposition: maybe(codeableConcept),
    }),
  ),
  location: many(
    backbone({
      location: reference,
      status: maybe(p.oneOf('planned', 'active', 'reserved', 'completed')),
      physicalType: maybe(codeableConcept),
      period: maybe(period),
    }),
  ),
  serviceProvider: maybe(reference),
  partOf: maybe(reference),
});
export interface Encounter extends z.infer<typeof encounter> {}

const CLINICAL = 'http://terminology.hl7.org/CodeSystem/condition-clinical';
const VERIFICATION = 'http://terminology.hl7.org/CodeSystem/condition-ver-status';
const OVER: ReadonlySet<string | undefined> = new Set(['inactive', 'resolved', 'remission']);
const ONSETS = ['onsetDateTime', 'onsetAge', 'onsetPeriod', 'onsetRange', 'onsetString'] as const;
const ABATEMENTS = [
  'abatementDateTime',
  'abatementAge',
  'abatementPeriod',
  'abatementRange',
  'abatementString',
] as const;

export const condition = resource('Condition', {
  identifier: many(identifier),
  clinicalStatus: maybe(codeableConcept),
  verificationStatus: maybe(codeableConcept),
  category: many(codeableConcept),
  severity: maybe(codeableConcept),
  code: maybe(codeableConcept),
  bodySite: many(codeableConcept),
  subject: reference,
  encounter: maybe(reference),
  onsetDateTime: maybe(p.dateTime),
  onsetAge: maybe(quantity),
  onsetPeriod: maybe(period),
  onsetRange: maybe(range),
  onsetString: maybe(p.string),
  abatementDateTime: maybe(p.dateTime),
  abatementAge: maybe(quantity),
  abatementPeriod: maybe(period),
  abatementRange: maybe(range),
  abatementString: maybe(p.string),
  recordedDate: maybe(p.dateTime),
  recorder: maybe(reference),
  asserter: maybe(reference),
  stage: many(
    backbone({ summary: maybe(codeableConcept), assessment: many(reference), type: maybe(codeableConcept) }),
  ),
  evidence: many(backbone({ code: many(codeableConcept), detail: many(reference) })),
  note: many(annotation),
})
  .superRefine(choice('at most one', ...ONSETS))
  .superRefine(choice('at most one', ...ABATEMENTS))
  .refine(
    (value) =>
      ABATEMENTS.every((name) => value[name] === undefined) ||
      value.clinicalStatus?.coding?.some((entry) => entry.system === CLINICAL && OVER.has(entry.code)) ===
        true,
    { message: 'con-4: what has abated is inactive, resolved or in remission' },
  )
  .refine(
    (value) =>
      value.clinicalStatus === undefined ||
      value.verificationStatus?.coding?.some(
        (entry) => entry.system === VERIFICATION && entry.code === 'entered-in-error',
      ) !== true,
    { message: 'con-5: what was entered in error has no clinical status' },
  );
export interface Condition extends z.infer<typeof condition> {}
