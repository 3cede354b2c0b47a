import type { NewClient } from '@fieldchart/clinic-client';
import { z } from 'zod';

// Messages are catalogue keys; the screen says them in its language.
const required = z.string().trim().min(1, 'register.error.required').max(100, 'register.error.tooLong');
const optional = z.string().trim().max(200, 'register.error.tooLong');

/** A form for a new client, as it is typed. Dates are checked against `today`, a local `YYYY-MM-DD`. */
export const newClientForm = (today: string) =>
  z.object({
    given: required,
    family: required,
    birthDate: z
      .string()
      .regex(/^\d{4}-\d{2}-\d{2}$/, { error: 'register.error.date', abort: true })
      .refine(isCalendarDay, { error: 'register.error.date', abort: true })
      .refine((date) => date <= today && date >= '1890-01-01', 'register.error.dateRange'),
    gender: z.enum(['female', 'male', 'other', 'unknown']),
    phone: optional.refine(
      (phone) => phone === '' || /^[+\d(][\d\s().-]{6,}$/.test(phone),
      'register.error.phone',
    ),
    line: optional,
    city: optional,
    state: optional,
    postalCode: z.string().trim().max(12, 'register.error.tooLong'),
    language: z.enum(['en', 'es']),
  }) satisfies z.ZodType<NewClient>;

function isCalendarDay(date: string): boolean {
  const read = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(date);
}

export const emptyClient: NewClient = {
  given: '',
  family: '',
  birthDate: '',
  gender: 'unknown',
  phone: '',
  line: '',
  city: '',
  state: '',
  postalCode: '',
  language: 'en',
};
