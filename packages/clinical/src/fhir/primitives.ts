import { z } from 'zod';
import { daysInMonth } from './calendar.ts';

// The primitive types of FHIR R4 with the patterns of the specification (hl7.org/fhir/R4/datatypes.html#primitive).
// Beyond the patterns: no character below U+0020 except tab, line feed and carriage return (R4 says so in prose),
// no lone surrogate (no UTF-8 exists for it), and only days that the calendar has.

const YEAR = '([0-9]([0-9]([0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)';
const MONTH = '(0[1-9]|1[0-2])';
const DAY = '(0[1-9]|[1-2][0-9]|3[0-1])';
const TIME = '([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]+)?';
const ZONE = '(Z|(\\+|-)((0[0-9]|1[0-3]):[0-5][0-9]|14:00))';

const DATE = new RegExp(`^${YEAR}(-${MONTH}(-${DAY})?)?$`, 'u');
const DATE_TIME = new RegExp(`^${YEAR}(-${MONTH}(-${DAY}(T${TIME}${ZONE})?)?)?$`, 'u');
const INSTANT = new RegExp(`^${YEAR}-${MONTH}-${DAY}T${TIME}${ZONE}$`, 'u');
const TEXT = /^[\t\n\r\u0020-\uD7FF\uE000-\u{10FFFF}]+$/u;
const URI = /^[\u0021-\uD7FF\uE000-\u{10FFFF}]+$/u;

/** R4: a string is at most 1 MB. */
const MAX_TEXT = 1024 * 1024;

function dayExists(value: string): boolean {
  if (value.length < 10) return true;
  const [year = 0, month = 1, day = 1] = value.slice(0, 10).split('-').map(Number);
  return day <= daysInMonth(year, month);
}

const NO_SUCH_DAY = { message: 'the calendar has no such day' };

export const boolean = z.boolean();
export const integer = z.int().min(-2_147_483_648).max(2_147_483_647);
export const unsignedInt = z.int().min(0).max(2_147_483_647);
export const positiveInt = z.int().min(1).max(2_147_483_647);
export const decimal = z.number();
export const string = z.string().max(MAX_TEXT).regex(TEXT, { message: 'not a FHIR string' });
export const markdown = z.string().max(MAX_TEXT).regex(TEXT, { message: 'not a FHIR markdown' });
export const id = z.string().regex(/^[A-Za-z0-9\-.]{1,64}$/u, { message: 'not a FHIR id' });
export const code = z
  .string()
  .max(MAX_TEXT)
  .regex(/^[^\s]+(\s[^\s]+)*$/u, { message: 'not a FHIR code' })
  .regex(TEXT, { message: 'not a FHIR code' });
const address = (name: string) =>
  z
    .string()
    .max(MAX_TEXT)
    .regex(URI, { message: `not a FHIR ${name}` });
export const uri = address('uri');
export const url = address('url');
export const canonical = address('canonical');
export const oid = z.string().regex(/^urn:oid:[0-2](\.(0|[1-9][0-9]*))+$/u, { message: 'not a FHIR oid' });
export const uuid = z
  .string()
  .regex(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/u, {
    message: 'not a FHIR uuid',
  });
export const date = z.string().regex(DATE, { message: 'not a FHIR date' }).refine(dayExists, NO_SUCH_DAY);
export const dateTime = z
  .string()
  .regex(DATE_TIME, { message: 'not a FHIR dateTime' })
  .refine(dayExists, NO_SUCH_DAY);
export const instant = z
  .string()
  .regex(INSTANT, { message: 'not a FHIR instant' })
  .refine(dayExists, NO_SUCH_DAY);
export const time = z.string().regex(new RegExp(`^${TIME}$`, 'u'), { message: 'not a FHIR time' });
export const base64Binary = z
  .string()
  .regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/u, { message: 'not base64' });

/** XHTML of a narrative, without active content. What shows it still reads it as plain text. */
export const xhtml = z
  .string()
  .max(MAX_TEXT)
  .regex(TEXT, { message: 'not XHTML' })
  .regex(/^\s*<div(\s[^>]*)?>[\s\S]*<\/div>\s*$|^\s*<div(\s[^>]*)?\/>\s*$/u, {
    message: 'not an XHTML div',
  })
  .refine(
    (div) =>
      !/<\/?(script|style|iframe|object|embed|form|input|link|meta)\b|<[^>]*\son[a-z]+\s*=/iu.test(div),
    {
      message: 'active content in XHTML',
    },
  );

/** A code with a required binding. */
export function oneOf<const Codes extends readonly [string, ...string[]]>(...codes: Codes) {
  return z.enum(codes);
}
