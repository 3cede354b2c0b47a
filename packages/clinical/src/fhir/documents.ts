import { z } from 'zod';
import {
  type CodeableConcept,
  type Narrative,
  type Reference,
  attachment,
  codeableConcept,
  coding,
  identifier,
  narrative,
  period,
  reference,
  signature,
} from './dataTypes.ts';
import { backbone, choice, many, maybe, some } from './element.ts';
import type { Extension } from './extension.ts';
import * as p from './primitives.ts';
import { resource } from './resourceBase.ts';

/** Sections nest, so the type is written out. */
export interface CompositionSection {
  id?: string | undefined;
  extension?: Extension[] | undefined;
  modifierExtension?: Extension[] | undefined;
  title?: string | undefined;
  code?: CodeableConcept | undefined;
  author?: Reference[] | undefined;
  focus?: Reference | undefined;
  text?: Narrative | undefined;
  mode?: 'working' | 'snapshot' | 'changes' | undefined;
  orderedBy?: CodeableConcept | undefined;
  entry?: Reference[] | undefined;
  emptyReason?: CodeableConcept | undefined;
  section?: CompositionSection[] | undefined;
}

const section: z.ZodType<CompositionSection> = backbone({
  title: maybe(p.string),
  code: maybe(codeableConcept),
  author: many(reference),
  focus: maybe(reference),
  text: maybe(narrative),
  mode: maybe(p.oneOf('working', 'snapshot', 'changes')),
  orderedBy: maybe(codeableConcept),
  entry: many(reference),
  emptyReason: maybe(codeableConcept),
  section: z.lazy(() => z.array(section).min(1)).optional(),
})
  .refine((value) => (value.text ?? value.entry ?? value.section) !== undefined, {
    message: 'cmp-1: a section needs text, entries or sections',
  })
  .refine((value) => value.emptyReason === undefined || value.entry === undefined, {
    message: 'cmp-2: only a section without entries has a reason for being empty',
  });

export const composition = resource('Composition', {
  identifier: maybe(identifier),
  status: p.oneOf('preliminary', 'final', 'amended', 'entered-in-error'),
  type: codeableConcept,
  category: many(codeableConcept),
  subject: maybe(reference),
  encounter: maybe(reference),
  date: p.dateTime,
  author: some(reference),
  title: p.string,
  confidentiality: maybe(p.oneOf('U', 'L', 'M', 'N', 'R', 'V')),
  attester: many(
    backbone({
      mode: p.oneOf('personal', 'professional', 'legal', 'official'),
      time: maybe(p.dateTime),
      party: maybe(reference),
    }),
  ),
  custodian: maybe(reference),
  relatesTo: many(
    backbone({
      code: p.oneOf('replaces', 'transforms', 'signs', 'appends'),
      targetIdentifier: maybe(identifier),
      targetReference: maybe(reference),
    }).superRefine(choice('exactly one', 'targetIdentifier', 'targetReference')),
  ),
  event: many(backbone({ code: many(codeableConcept), period: maybe(period), detail: many(reference) })),
  section: many(section),
});
export interface Composition extends z.infer<typeof composition> {}

const agent = backbone({
  type: maybe(codeableConcept),
  role: many(codeableConcept),
  who: reference,
  onBehalfOf: maybe(reference),
});

export const provenance = resource('Provenance', {
  target: some(reference),
  occurredPeriod: maybe(period),
  occurredDateTime: maybe(p.dateTime),
  recorded: p.instant,
  policy: many(p.uri),
  location: maybe(reference),
  reason: many(codeableConcept),
  activity: maybe(codeableConcept),
  agent: some(agent),
  entity: many(
    backbone({
      role: p.oneOf('derivation', 'revision', 'quotation', 'source', 'removal'),
      what: reference,
      agent: many(agent),
    }),
  ),
  signature: many(signature),
}).superRefine(choice('at most one', 'occurredPeriod', 'occurredDateTime'));
export interface Provenance extends z.infer<typeof provenance> {}

/** Provisions nest, so the nested ones are checked through this hook. */
const provisionShape = {
  type: maybe(p.oneOf('deny', 'permit')),
  period: maybe(period),
  actor: many(backbone({ role: codeableConcept, reference })),
  action: many(codeableConcept),
  securityLabel: many(coding),
  purpose: many(coding),
  class: many(coding),
  code: many(codeableConcept),
  dataPeriod: maybe(period),
  data: many(backbone({ meaning: p.oneOf('instance', 'related', 'dependents', 'authoredby'), reference })),
};
const flatProvision = backbone(provisionShape);

export interface ConsentProvision extends z.infer<typeof flatProvision> {
  provision?: ConsentProvision[] | undefined;
}

const provision: z.ZodType<ConsentProvision> = backbone({
  ...provisionShape,
  provision: z.lazy(() => z.array(provision).min(1)).optional(),
});

const NEEDS_PATIENT: ReadonlySet<string | undefined> = new Set([
  'treatment',
  'patient-privacy',
  'research',
  'adr',
]);

export const consent = resource('Consent', {
  identifier: many(identifier),
  status: p.oneOf('draft', 'proposed', 'active', 'rejected', 'inactive', 'entered-in-error'),
  scope: codeableConcept,
  category: some(codeableConcept),
  patient: maybe(reference),
  dateTime: maybe(p.dateTime),
  performer: many(reference),
  organization: many(reference),
  sourceAttachment: maybe(attachment),
  sourceReference: maybe(reference),
  policy: many(backbone({ authority: maybe(p.uri), uri: maybe(p.uri) })),
  policyRule: maybe(codeableConcept),
  verification: many(
    backbone({
      verified: p.boolean,
      verifiedWith: maybe(reference),
      verificationDate: maybe(p.dateTime),
    }),
  ),
  provision: maybe(provision),
})
  .superRefine(choice('at most one', 'sourceAttachment', 'sourceReference'))
  .refine((value) => value.policy !== undefined || value.policyRule !== undefined, {
    message: 'ppc-1: either a policy or a policyRule',
  })
  .refine(
    (value) =>
      value.patient !== undefined ||
      value.scope.coding?.some((entry) => NEEDS_PATIENT.has(entry.code)) !== true,
    { message: 'ppc-2 to ppc-5: a consent of this scope needs a patient' },
  );
export interface Consent extends z.infer<typeof consent> {}
