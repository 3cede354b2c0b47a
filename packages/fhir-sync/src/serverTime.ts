import { instantToMilliseconds } from '@fieldchart/clinical';
import type { HttpAnswer } from './httpTransport.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const httpDate = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}:\d{2}:\d{2}) GMT$/u;

/** Milliseconds since the epoch of an HTTP date (RFC 9110, section 5.6.7, the preferred form). */
export function parseHttpDate(text: string): number | undefined {
  const [, day, name = '', year, time] = httpDate.exec(text) ?? [];
  const month = months.indexOf(name) + 1;
  if (day === undefined || year === undefined || time === undefined || month === 0) return undefined;
  return instantToMilliseconds(`${year}-${String(month).padStart(2, '0')}-${day}T${time}Z`);
}

/** How long the server asks to wait (seconds or an HTTP date), in milliseconds. */
export function retryAfterOf(headers: HttpAnswer['headers'], now: number): number | undefined {
  const text = headers['retry-after']?.trim();
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/u.test(text)) return Number(text) * 1000;
  const until = parseHttpDate(text);
  return until === undefined ? undefined : Math.max(0, until - now);
}
