import { z } from 'zod';
import type { Extension } from './extension.ts';

// How the schemas are put together: every element takes `id` and `extension`, every declared primitive takes its
// sibling `_name` (R4: json.html#primitive), and nothing else is accepted.

const extensions: { schema?: z.ZodType<Extension> } = {};

/** Called once by extension.ts: it needs all data types, and they need it. */
export function defineExtension(schema: z.ZodType<Extension>): void {
  extensions.schema = schema;
}

const lazyExtension: z.ZodType<Extension> = z.lazy(() => {
  if (extensions.schema === undefined) throw new Error('extension.ts was not loaded');
  return extensions.schema;
});

export const many = <Schema extends z.ZodType>(schema: Schema) => z.array(schema).min(1).optional();
export const some = <Schema extends z.ZodType>(schema: Schema) => z.array(schema).min(1);
export const maybe = <Schema extends z.ZodType>(schema: Schema) => schema.optional();

const elementShape = {
  id: z.string().min(1).optional(),
  extension: z.array(lazyExtension).min(1).optional(),
};
const backboneShape = { ...elementShape, modifierExtension: z.array(lazyExtension).min(1).optional() };

type ElementShape = typeof elementShape;
type BackboneShape = typeof backboneShape;

const bareElement = z.strictObject(elementShape);
const primitiveSibling = z.union([bareElement, z.array(bareElement.nullable()).min(1)]).optional();

const PRIMITIVE_KINDS: ReadonlySet<string> = new Set(['string', 'number', 'boolean', 'enum']);

function isPrimitive(schema: z.core.$ZodType): boolean {
  const { def } = schema._zod;
  if (def.type === 'optional') return isPrimitive((def as z.core.$ZodOptionalDef).innerType);
  if (def.type === 'array') return isPrimitive((def as z.core.$ZodArrayDef).element);
  return PRIMITIVE_KINDS.has(def.type);
}

/** A strict object that also takes `_name` beside each of its primitives. The siblings stay out of the type. */
export function strict<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const siblings: Record<string, z.ZodType> = {};
  for (const [name, schema] of Object.entries(shape)) {
    if (name !== 'resourceType' && isPrimitive(schema)) siblings[`_${name}`] = primitiveSibling;
  }
  const whole: unknown = z.strictObject({ ...shape, ...siblings });
  return whole as z.ZodObject<Shape, z.core.$strict>;
}

/** A data type. */
export function element<Shape extends z.ZodRawShape>(
  shape: Shape,
): z.ZodObject<ElementShape & Shape, z.core.$strict> {
  return strict({ ...elementShape, ...shape });
}

/** A part of a resource. */
export function backbone<Shape extends z.ZodRawShape>(
  shape: Shape,
): z.ZodObject<BackboneShape & Shape, z.core.$strict> {
  return strict({ ...backboneShape, ...shape });
}

/**
 * Says that at most one of the names of a choice (`value[x]`) may stand, or exactly one.
 * For use with `superRefine`.
 */
export function choice(kind: 'at most one' | 'exactly one', ...names: readonly string[]) {
  return (value: Readonly<Record<string, unknown>>, context: z.core.$RefinementCtx): void => {
    const present = names.filter((name) => value[name] !== undefined);
    if (present.length > 1 || (kind === 'exactly one' && present.length === 0)) {
      context.addIssue({ code: 'custom', message: `${kind} of ${names.join(', ')}`, path: [] });
    }
  };
}
