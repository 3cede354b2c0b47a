import type { HttpAnswer } from './httpTransport.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const httpDate = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/u;

const instant = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|([+-])(\d{2}):(\d{2}))$/u;

/** Milliseconds since the epoch of an HTTP date (RFC 9110, section 5.6.7, the preferred form). */
export function parseHttpDate(text: string): number | undefined {
  const parts = httpDate.exec(text);
  if (parts === null) return undefined;
  const month = months.indexOf(parts[2] ?? '') + 1;
  if (month === 0) return undefined;
  const [day, year, hour, minute, second] = [parts[1], parts[3], parts[4], parts[5], parts[6]].map(Number);
  return millisecondsOf([year ?? 0, month, day ?? 0, hour ?? 0, minute ?? 0, second ?? 0]);
}

/** Milliseconds since the epoch of a FHIR `instant`. */
export function parseInstant(text: string): number | undefined {
  const parts = instant.exec(text);
  if (parts === null) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number);
  const fraction = Math.floor(Number(`0.${parts[7] ?? '0'}`) * 1000);
  const offset =
    (Number(parts[10] ?? 0) * 60 + Number(parts[11] ?? 0)) * (parts[9] === '-' ? -60_000 : 60_000);
  return (
    millisecondsOf([year ?? 0, month ?? 0, day ?? 0, hour ?? 0, minute ?? 0, second ?? 0]) + fraction - offset
  );
}

/** How long the server asks to wait (seconds or an HTTP date), in milliseconds. */
export function retryAfterOf(headers: HttpAnswer['headers'], now: number): number | undefined {
  const text = headers['retry-after']?.trim();
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/u.test(text)) return Number(text) * 1000;
  const until = parseHttpDate(text);
  return until === undefined ? undefined : Math.max(0, until - now);
}

type Moment = readonly [
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
];

/** Days from civil (Howard Hinnant, public domain), then seconds: UTC has no surprises. */
function millisecondsOf([civilYear, month, day, hour, minute, second]: Moment): number {
  const year = month <= 2 ? civilYear - 1 : civilYear;
  const era = Math.floor(year / 400);
  const yearOfEra = year - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  const days = era * 146_097 + dayOfEra - 719_468;
  return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000;
}
