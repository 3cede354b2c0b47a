import { z } from 'zod';
import { type Meta, codeableConcept, identifier, signature } from './dataTypes.ts';
import { backbone, many, maybe, some } from './element.ts';
import { type Extension, type OpenValues, countValues, openValues } from './extension.ts';
import * as p from './primitives.ts';
import { envelope } from './resourceBase.ts';

/** A resource inside an envelope: validated by itself, with `validateResource`, so that each gets its own outcome. */
const enclosed = z.looseObject({ resourceType: z.string().min(1) });

const link = backbone({ relation: p.string, url: p.uri });

export const bundle = envelope('Bundle', {
  identifier: maybe(identifier),
  type: p.oneOf(
    'document',
    'message',
    'transaction',
    'transaction-response',
    'batch',
    'batch-response',
    'history',
    'searchset',
    'collection',
  ),
  timestamp: maybe(p.instant),
  total: maybe(p.unsignedInt),
  link: many(link),
  // R4 says that an empty list is left out, yet many servers write one.
  entry: z
    .array(
      backbone({
        link: many(link),
        fullUrl: maybe(p.uri),
        resource: maybe(enclosed),
        search: maybe(
          backbone({ mode: maybe(p.oneOf('match', 'include', 'outcome')), score: maybe(p.decimal) }),
        ),
        request: maybe(
          backbone({
            method: p.oneOf('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH'),
            url: p.uri,
            ifNoneMatch: maybe(p.string),
            ifModifiedSince: maybe(p.instant),
            ifMatch: maybe(p.string),
            ifNoneExist: maybe(p.string),
          }),
        ),
        response: maybe(
          backbone({
            status: p.string,
            location: maybe(p.uri),
            etag: maybe(p.string),
            lastModified: maybe(p.instant),
            outcome: maybe(enclosed),
          }),
        ),
      }),
    )
    .optional(),
  signature: maybe(signature),
});
export interface Bundle extends z.infer<typeof bundle> {}
export type BundleEntry = NonNullable<Bundle['entry']>[number];

export const operationOutcome = envelope('OperationOutcome', {
  issue: some(
    backbone({
      severity: p.oneOf('fatal', 'error', 'warning', 'information'),
      code: p.oneOf(
        'invalid',
        'structure',
        'required',
        'value',
        'invariant',
        'security',
        'login',
        'unknown',
        'expired',
        'forbidden',
        'suppressed',
        'processing',
        'not-supported',
        'duplicate',
        'multiple-matches',
        'not-found',
        'deleted',
        'too-long',
        'code-invalid',
        'extension',
        'too-costly',
        'business-rule',
        'conflict',
        'transient',
        'lock-error',
        'no-store',
        'exception',
        'timeout',
        'incomplete',
        'throttled',
        'informational',
      ),
      details: maybe(codeableConcept),
      diagnostics: maybe(p.string),
      location: many(p.string),
      expression: many(p.string),
    }),
  ),
});
export interface OperationOutcome extends z.infer<typeof operationOutcome> {}

/** Parameters nest, so the type is written out. */
export interface Parameter extends OpenValues {
  id?: string | undefined;
  extension?: Extension[] | undefined;
  modifierExtension?: Extension[] | undefined;
  name: string;
  resource?: { resourceType: string; [name: string]: unknown } | undefined;
  part?: Parameter[] | undefined;
}

const parameter: z.ZodType<Parameter> = backbone({
  name: p.string,
  ...openValues,
  resource: maybe(enclosed),
  part: z.lazy(() => z.array(parameter).min(1)).optional(),
}).refine(
  (value) =>
    countValues(value) + (value.resource === undefined ? 0 : 1) + (value.part === undefined ? 0 : 1) <= 1,
  { message: 'inv-1: a parameter holds one of value, resource or parts' },
);

export const parameters = envelope('Parameters', { parameter: many(parameter) });
export interface Parameters extends z.infer<typeof parameters> {
  meta?: Meta | undefined;
}
