import type { NoteNarrowing } from '@fieldchart/clinic-client';
import { localDay } from '../register/localDay.ts';

type Range = Pick<NoteNarrowing, 'from' | 'before'>;

/** A day as it is typed, and the instant at which it begins on this device; null where it is no day. */
export function startOfDay(day: string, offset = 0): string | null {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/u.exec(day) ?? [];
  if (year === undefined) return null;
  const start = new Date(Number(year), Number(month) - 1, Number(date));
  if (localDay(start.getTime()) !== day) return null;
  start.setDate(start.getDate() + offset);
  return start.toISOString();
}

/** The first and the last day of a range, empty where it has no such end. */
export function daysOf({ from, before }: Range): { readonly first: string; readonly last: string } {
  return {
    first: from === undefined ? '' : localDay(Date.parse(from)),
    last: before === undefined ? '' : localDay(Date.parse(before) - 1),
  };
}
