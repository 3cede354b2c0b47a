import { z } from 'zod';
import { instantToMilliseconds } from './calendar.ts';
import { choice, element, many, maybe, some } from './element.ts';
import type { Extension } from './extension.ts';
import * as p from './primitives.ts';

// The general-purpose data types of FHIR R4 that the stored resources use.

export const coding = element({
  system: maybe(p.uri),
  version: maybe(p.string),
  code: maybe(p.code),
  display: maybe(p.string),
  userSelected: maybe(p.boolean),
});
export interface Coding extends z.infer<typeof coding> {}

export const codeableConcept = element({ coding: many(coding), text: maybe(p.string) });
export interface CodeableConcept extends z.infer<typeof codeableConcept> {}

export const period = element({ start: maybe(p.dateTime), end: maybe(p.dateTime) }).refine(
  ({ start, end }) => start === undefined || end === undefined || notAfter(start, end),
  { message: 'per-1: the period ends before it starts' },
);
export interface Period extends z.infer<typeof period> {}

function notAfter(start: string, end: string): boolean {
  const [from, to] = [instantToMilliseconds(start), instantToMilliseconds(end)];
  if (from !== undefined && to !== undefined) return from <= to;
  // Precisions may differ (2024 to 2024-03-01 is in order): compare as far as both say.
  const length = Math.min(start.length, end.length, 10);
  return start.slice(0, length) <= end.slice(0, length);
}

/** Reference and Identifier hold each other, so the type is written out. */
export interface Reference {
  id?: string | undefined;
  extension?: Extension[] | undefined;
  reference?: string | undefined;
  type?: string | undefined;
  identifier?: Identifier | undefined;
  display?: string | undefined;
}

const lazyIdentifier: z.ZodType<Identifier> = z.lazy(() => identifier);

export const reference: z.ZodType<Reference> = element({
  reference: maybe(p.string),
  type: maybe(p.uri),
  identifier: lazyIdentifier.optional(),
  display: maybe(p.string),
}).refine(
  (value) =>
    value.reference !== undefined ||
    value.identifier !== undefined ||
    value.display !== undefined ||
    value.extension !== undefined,
  { message: 'an empty reference' },
);

export const identifier = element({
  use: maybe(p.oneOf('usual', 'official', 'temp', 'secondary', 'old')),
  type: maybe(codeableConcept),
  system: maybe(p.uri),
  value: maybe(p.string),
  period: maybe(period),
  assigner: maybe(reference),
});
export interface Identifier extends z.infer<typeof identifier> {}

export const humanName = element({
  use: maybe(p.oneOf('usual', 'official', 'temp', 'nickname', 'anonymous', 'old', 'maiden')),
  text: maybe(p.string),
  family: maybe(p.string),
  given: many(p.string),
  prefix: many(p.string),
  suffix: many(p.string),
  period: maybe(period),
});
export interface HumanName extends z.infer<typeof humanName> {}

export const address = element({
  use: maybe(p.oneOf('home', 'work', 'temp', 'old', 'billing')),
  type: maybe(p.oneOf('postal', 'physical', 'both')),
  text: maybe(p.string),
  line: many(p.string),
  city: maybe(p.string),
  district: maybe(p.string),
  state: maybe(p.string),
  postalCode: maybe(p.string),
  country: maybe(p.string),
  period: maybe(period),
});
export interface Address extends z.infer<typeof address> {}

export const contactPoint = element({
  system: maybe(p.oneOf('phone', 'fax', 'email', 'pager', 'url', 'sms', 'other')),
  value: maybe(p.string),
  use: maybe(p.oneOf('home', 'work', 'temp', 'old', 'mobile')),
  rank: maybe(p.positiveInt),
  period: maybe(period),
}).refine((point) => point.value === undefined || point.system !== undefined, {
  message: 'cpt-2: a value needs a system',
});
export interface ContactPoint extends z.infer<typeof contactPoint> {}

const quantityShape = {
  value: maybe(p.decimal),
  comparator: maybe(p.oneOf('<', '<=', '>=', '>')),
  unit: maybe(p.string),
  system: maybe(p.uri),
  code: maybe(p.code),
};
/** Also Age, Count, Distance and Duration, which only narrow the units. */
export const quantity = element(quantityShape).refine(
  (value) => value.code === undefined || value.system !== undefined,
  { message: 'qty-3: a coded unit needs its system' },
);
export interface Quantity extends z.infer<typeof quantity> {}

export const range = element({ low: maybe(quantity), high: maybe(quantity) });
export const ratio = element({ numerator: maybe(quantity), denominator: maybe(quantity) });
export const money = element({ value: maybe(p.decimal), currency: maybe(p.code) });

export const attachment = element({
  contentType: maybe(p.code),
  language: maybe(p.code),
  data: maybe(p.base64Binary),
  url: maybe(p.url),
  size: maybe(p.unsignedInt),
  hash: maybe(p.base64Binary),
  title: maybe(p.string),
  creation: maybe(p.dateTime),
}).refine((value) => value.data === undefined || value.contentType !== undefined, {
  message: 'att-1: data needs a content type',
});
export interface Attachment extends z.infer<typeof attachment> {}

export const narrative = element({
  status: p.oneOf('generated', 'extensions', 'additional', 'empty'),
  div: p.xhtml,
});
export interface Narrative extends z.infer<typeof narrative> {}

export const annotation = element({
  authorReference: maybe(reference),
  authorString: maybe(p.string),
  time: maybe(p.dateTime),
  text: p.markdown,
}).superRefine(choice('at most one', 'authorReference', 'authorString'));
export interface Annotation extends z.infer<typeof annotation> {}

export const signature = element({
  type: some(coding),
  when: p.instant,
  who: reference,
  onBehalfOf: maybe(reference),
  targetFormat: maybe(p.code),
  sigFormat: maybe(p.code),
  data: maybe(p.base64Binary),
});
export interface Signature extends z.infer<typeof signature> {}

export const meta = element({
  versionId: maybe(p.id),
  lastUpdated: maybe(p.instant),
  source: maybe(p.uri),
  profile: many(p.canonical),
  security: many(coding),
  tag: many(coding),
});
export interface Meta extends z.infer<typeof meta> {}
