import { instantToMilliseconds } from '@fieldchart/clinical';

/**
 * Whether FHIR instant `a` is later than `b`. Servers write the same moment with any offset and any number of decimals,
 * one server even in two ways. What is no instant is compared as text.
 */
export function isLaterInstant(a: string, b: string): boolean {
  const [one, other] = [parts(a), parts(b)];
  if (one === undefined || other === undefined) return a > b;
  if (one.seconds !== other.seconds) return one.seconds > other.seconds;
  const length = Math.max(one.fraction.length, other.fraction.length);
  return one.fraction.padEnd(length, '0') > other.fraction.padEnd(length, '0');
}

/** Whole seconds as milliseconds since the epoch, and the decimals as they stand: none is rounded away. */
function parts(text: string): { readonly seconds: number; readonly fraction: string } | undefined {
  const fraction = /\.(\d+)/u.exec(text)?.[1] ?? '';
  const seconds = instantToMilliseconds(text.replace(/\.\d+/u, ''));
  return seconds === undefined ? undefined : { seconds, fraction };
}
