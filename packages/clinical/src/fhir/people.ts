import type { z } from 'zod';
import {
  address,
  annotation,
  attachment,
  codeableConcept,
  contactPoint,
  humanName,
  identifier,
  period,
  reference,
} from './dataTypes.ts';
import { backbone, choice, many, maybe } from './element.ts';
import * as p from './primitives.ts';
import { resource } from './resourceBase.ts';

const gender = p.oneOf('male', 'female', 'other', 'unknown');

export const patient = resource('Patient', {
  identifier: many(identifier),
  active: maybe(p.boolean),
  name: many(humanName),
  telecom: many(contactPoint),
  gender: maybe(gender),
  birthDate: maybe(p.date),
  deceasedBoolean: maybe(p.boolean),
  deceasedDateTime: maybe(p.dateTime),
  address: many(address),
  maritalStatus: maybe(codeableConcept),
  multipleBirthBoolean: maybe(p.boolean),
  multipleBirthInteger: maybe(p.integer),
  photo: many(attachment),
  contact: many(
    backbone({
      relationship: many(codeableConcept),
      name: maybe(humanName),
      telecom: many(contactPoint),
      address: maybe(address),
      gender: maybe(gender),
      organization: maybe(reference),
      period: maybe(period),
    }).refine(
      (contact) => (contact.name ?? contact.telecom ?? contact.address ?? contact.organization) !== undefined,
      { message: 'pat-1: a contact needs details or an organization' },
    ),
  ),
  communication: many(backbone({ language: codeableConcept, preferred: maybe(p.boolean) })),
  generalPractitioner: many(reference),
  managingOrganization: maybe(reference),
  link: many(backbone({ other: reference, type: p.oneOf('replaced-by', 'replaces', 'refer', 'seealso') })),
})
  .superRefine(choice('at most one', 'deceasedBoolean', 'deceasedDateTime'))
  .superRefine(choice('at most one', 'multipleBirthBoolean', 'multipleBirthInteger'));
export interface Patient extends z.infer<typeof patient> {}

export const practitioner = resource('Practitioner', {
  identifier: many(identifier),
  active: maybe(p.boolean),
  name: many(humanName),
  telecom: many(contactPoint),
  address: many(address),
  gender: maybe(gender),
  birthDate: maybe(p.date),
  photo: many(attachment),
  qualification: many(
    backbone({
      identifier: many(identifier),
      code: codeableConcept,
      period: maybe(period),
      issuer: maybe(reference),
    }),
  ),
  communication: many(codeableConcept),
});
export interface Practitioner extends z.infer<typeof practitioner> {}

export const organization = resource('Organization', {
  identifier: many(identifier),
  active: maybe(p.boolean),
  type: many(codeableConcept),
  name: maybe(p.string),
  alias: many(p.string),
  telecom: many(contactPoint),
  address: many(address),
  partOf: maybe(reference),
  contact: many(
    backbone({
      purpose: maybe(codeableConcept),
      name: maybe(humanName),
      telecom: many(contactPoint),
      address: maybe(address),
    }),
  ),
  endpoint: many(reference),
}).refine((value) => value.identifier !== undefined || value.name !== undefined, {
  message: 'org-1: an organization needs an identifier or a name',
});
export interface Organization extends z.infer<typeof organization> {}

export const careTeam = resource('CareTeam', {
  identifier: many(identifier),
  status: maybe(p.oneOf('proposed', 'active', 'suspended', 'inactive', 'entered-in-error')),
  category: many(codeableConcept),
  name: maybe(p.string),
  subject: maybe(reference),
  encounter: maybe(reference),
  period: maybe(period),
  participant: many(
    backbone({
      role: many(codeableConcept),
      member: maybe(reference),
      onBehalfOf: maybe(reference),
      period: maybe(period),
    }),
  ),
  reasonCode: many(codeableConcept),
  reasonReference: many(reference),
  managingOrganization: many(reference),
  telecom: many(contactPoint),
  note: many(annotation),
});
export interface CareTeam extends z.infer<typeof careTeam> {}
