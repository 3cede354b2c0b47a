import { instantToMilliseconds } from '../fhir/calendar.ts';

/** Where what has no date stands: before everything that has one. 0001-01-01. */
const NO_DATE = -62_135_596_800_000;

/**
 * A note's place in the order of notes, newest first: milliseconds since the epoch of its date as FHIR writes it, of any
 * precision and in any zone. Notes of one moment stand by their ids.
 */
export function noteNumber(date: string): number {
  const whole = date.includes('T') ? date : `${date}${'-01-01'.slice(date.length - 4)}T00:00:00Z`;
  return instantToMilliseconds(whole) ?? NO_DATE;
}
