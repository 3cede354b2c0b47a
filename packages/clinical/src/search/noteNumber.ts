import { instantToMilliseconds } from '../fhir/calendar.ts';

const SECONDS_TO_1900 = 2_208_988_800;
const MOST_SECONDS = 2 ** 33 - 1;
const SPREAD = 2 ** 17;

/**
 * A note's place in the order of notes: newest first by the second of its date, those of one second spread by their
 * ids. The same number for the same note on every device and the server; an integer below 2^50. Two notes may share
 * one, seldom: their ids then decide.
 */
export function noteNumber(date: string, id: string): number {
  return secondOf(date) * SPREAD + spread(id);
}

/** The smallest number of a note of this date or later; `date` as FHIR writes it, of any precision. */
export function firstNumberFrom(date: string): number {
  return secondOf(date) * SPREAD;
}

/** Seconds since 1900; what has no date, or one before or long after, stands at the end of the scale. */
function secondOf(date: string): number {
  const time = instantToMilliseconds(
    date.includes('T') ? date : `${date}${'-01-01'.slice(date.length - 4)}T00:00:00Z`,
  );
  if (time === undefined) return 0;
  return Math.min(Math.max(Math.floor(time / 1000) + SECONDS_TO_1900, 0), MOST_SECONDS);
}

/** FNV-1a over the id's UTF-16 units, folded to 17 bits. http://www.isthe.com/chongo/tech/comp/fnv/ */
function spread(id: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let at = 0; at < id.length; at += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(at), 0x01_00_01_93);
  }
  return ((hash >>> 17) ^ hash) & (SPREAD - 1);
}
