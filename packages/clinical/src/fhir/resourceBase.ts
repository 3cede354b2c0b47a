import { z } from 'zod';
import { meta, narrative } from './dataTypes.ts';
import { many, maybe, strict } from './element.ts';
import { extension } from './extension.ts';
import * as p from './primitives.ts';

const baseShape = {
  id: maybe(p.id),
  meta: maybe(meta),
  implicitRules: maybe(p.uri),
  language: maybe(p.code),
};

const domainShape = {
  // A stored resource is addressed by its id, so one without is not accepted.
  id: p.id,
  meta: maybe(meta),
  // implicitRules changes what a resource means: who does not know the rules must refuse it (R4 resource.html#implicitRules).
  // contained is not accepted either: what is stored here has an address of its own.
  language: maybe(p.code),
  text: maybe(narrative),
  extension: many(extension),
  modifierExtension: many(extension),
};

/** A resource that the server stores: strict, with an id. */
export function resource<const Type extends string, Shape extends z.ZodRawShape>(
  type: Type,
  shape: Shape,
): z.ZodObject<{ resourceType: z.ZodLiteral<Type> } & typeof domainShape & Shape, z.core.$strict> {
  return strict({ resourceType: z.literal(type), ...domainShape, ...shape });
}

/** A resource that only travels: Bundle, Parameters, OperationOutcome. */
export function envelope<const Type extends string, Shape extends z.ZodRawShape>(
  type: Type,
  shape: Shape,
): z.ZodObject<{ resourceType: z.ZodLiteral<Type> } & typeof baseShape & Shape, z.core.$strict> {
  return strict({ resourceType: z.literal(type), ...baseShape, ...shape });
}
