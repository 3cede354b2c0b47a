import { z } from 'zod';
import {
  type Address,
  type Annotation,
  type Attachment,
  type CodeableConcept,
  type Coding,
  type ContactPoint,
  type HumanName,
  type Identifier,
  type Period,
  type Quantity,
  type Reference,
  type Signature,
  address,
  annotation,
  attachment,
  codeableConcept,
  coding,
  contactPoint,
  humanName,
  identifier,
  money,
  period,
  quantity,
  range,
  ratio,
  reference,
  signature,
} from './dataTypes.ts';
import { defineExtension, element, maybe } from './element.ts';
import * as p from './primitives.ts';

/** The `value[x]` of extensions and parameters, for the data types that this package knows. */
export const openValues = {
  valueBase64Binary: maybe(p.base64Binary),
  valueBoolean: maybe(p.boolean),
  valueCanonical: maybe(p.canonical),
  valueCode: maybe(p.code),
  valueDate: maybe(p.date),
  valueDateTime: maybe(p.dateTime),
  valueDecimal: maybe(p.decimal),
  valueId: maybe(p.id),
  valueInstant: maybe(p.instant),
  valueInteger: maybe(p.integer),
  valueMarkdown: maybe(p.markdown),
  valueOid: maybe(p.oid),
  valuePositiveInt: maybe(p.positiveInt),
  valueString: maybe(p.string),
  valueTime: maybe(p.time),
  valueUnsignedInt: maybe(p.unsignedInt),
  valueUri: maybe(p.uri),
  valueUrl: maybe(p.url),
  valueUuid: maybe(p.uuid),
  valueAddress: maybe(address),
  valueAge: maybe(quantity),
  valueAnnotation: maybe(annotation),
  valueAttachment: maybe(attachment),
  valueCodeableConcept: maybe(codeableConcept),
  valueCoding: maybe(coding),
  valueContactPoint: maybe(contactPoint),
  valueDuration: maybe(quantity),
  valueHumanName: maybe(humanName),
  valueIdentifier: maybe(identifier),
  valueMoney: maybe(money),
  valuePeriod: maybe(period),
  valueQuantity: maybe(quantity),
  valueRange: maybe(range),
  valueRatio: maybe(ratio),
  valueReference: maybe(reference),
  valueSignature: maybe(signature),
};

/** The types of {@link openValues}, written out because extensions hold data types that hold extensions. */
export interface OpenValues {
  valueBase64Binary?: string | undefined;
  valueBoolean?: boolean | undefined;
  valueCanonical?: string | undefined;
  valueCode?: string | undefined;
  valueDate?: string | undefined;
  valueDateTime?: string | undefined;
  valueDecimal?: number | undefined;
  valueId?: string | undefined;
  valueInstant?: string | undefined;
  valueInteger?: number | undefined;
  valueMarkdown?: string | undefined;
  valueOid?: string | undefined;
  valuePositiveInt?: number | undefined;
  valueString?: string | undefined;
  valueTime?: string | undefined;
  valueUnsignedInt?: number | undefined;
  valueUri?: string | undefined;
  valueUrl?: string | undefined;
  valueUuid?: string | undefined;
  valueAddress?: Address | undefined;
  valueAge?: Quantity | undefined;
  valueAnnotation?: Annotation | undefined;
  valueAttachment?: Attachment | undefined;
  valueCodeableConcept?: CodeableConcept | undefined;
  valueCoding?: Coding | undefined;
  valueContactPoint?: ContactPoint | undefined;
  valueDuration?: Quantity | undefined;
  valueHumanName?: HumanName | undefined;
  valueIdentifier?: Identifier | undefined;
  valueMoney?: z.infer<typeof money> | undefined;
  valuePeriod?: Period | undefined;
  valueQuantity?: Quantity | undefined;
  valueRange?: z.infer<typeof range> | undefined;
  valueRatio?: z.infer<typeof ratio> | undefined;
  valueReference?: Reference | undefined;
  valueSignature?: Signature | undefined;
}

export interface Extension extends OpenValues {
  id?: string | undefined;
  extension?: Extension[] | undefined;
  url: string;
}

const VALUE_NAMES = Object.keys(openValues);

/** How many of the `value[x]` names stand in an object. */
export function countValues(value: object): number {
  return VALUE_NAMES.filter((name) => name in value || `_${name}` in value).length;
}

export const extension: z.ZodType<Extension> = element({ url: p.uri, ...openValues }).refine(
  (value) => countValues(value) === (value.extension === undefined ? 1 : 0),
  { message: 'ext-1: an extension holds either one value or extensions' },
);

defineExtension(extension);
