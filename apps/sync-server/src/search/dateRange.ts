import { noteNumber } from '@fieldchart/clinical';
import { RequestRefused } from '../fhir/answer.ts';
import { refusal } from '../write/mutation.ts';

/** Numbers of notes: from this one on, and below that one. */
export interface NumberRange {
  readonly from: number | null;
  readonly below: number | null;
}

const DATE = /^(ge|gt|le|lt|eq)?(\d{4})(?:-(\d{2})(?:-(\d{2})(T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))?)?)?$/u;

/**
 * The notes of a date as FHIR searches for it. A date means all of the time that it names: a year, a month, a day (in
 * UTC), or a second.
 */
export function dateRange(value: string): NumberRange {
  const [, prefix = 'eq', year = '', month, day, time] = DATE.exec(value) ?? [];
  const start = new Date(`${year}-${month ?? '01'}-${day ?? '01'}${time ?? 'T00:00:00Z'}`);
  if (Number.isNaN(start.getTime())) throw new RequestRefused(refusal(400, 'value', 'that is not a date'));
  const next = new Date(start);
  if (time !== undefined) next.setUTCSeconds(next.getUTCSeconds() + 1);
  else if (day !== undefined) next.setUTCDate(next.getUTCDate() + 1);
  else if (month !== undefined) next.setUTCMonth(next.getUTCMonth() + 1);
  else next.setUTCFullYear(next.getUTCFullYear() + 1);
  const [first, beyond] = [noteNumber(start.toISOString()), noteNumber(next.toISOString())];
  switch (prefix) {
    case 'ge':
      return { from: first, below: null };
    case 'gt':
      return { from: beyond, below: null };
    case 'le':
      return { from: null, below: beyond };
    case 'lt':
      return { from: null, below: first };
    default:
      return { from: first, below: beyond };
  }
}
