import { instantToMilliseconds } from '../fhir/calendar.ts';
import type { Bundle } from '../fhir/envelopes.ts';

/** Extension of the feed's `Bundle.meta` that says for how many days closed records stay on devices. */
export const RETENTION_EXTENSION = 'https://fieldchart.org/fhir/StructureDefinition/retention-days';

/** Limits of the policy, in days. */
export const SHORTEST_RETENTION = 30;
export const LONGEST_RETENTION = 3650;

/** What the server says of time and policy, in each page of the feed. */
export interface RetentionWord {
  /** Instant, by the server's clock. */
  readonly serverTime: string;
  /** Days for which closed records stay on devices; null: for as long as their client does. */
  readonly days: number | null;
}

/** What a page of the feed bears of it. */
export function retentionWordToBundle({
  serverTime,
  days,
}: RetentionWord): Pick<Bundle, 'timestamp' | 'meta'> {
  return {
    timestamp: serverTime,
    ...(days === null ? {} : { meta: { extension: [{ url: RETENTION_EXTENSION, valueInteger: days }] } }),
  };
}

/**
 * Inverse of {@link retentionWordToBundle}. Undefined where the page bears no time, as with other servers, or a number of
 * days that no policy has: nothing is erased on such a word.
 */
export function bundleToRetentionWord(bundle: {
  readonly timestamp?: unknown;
  readonly meta?: unknown;
}): RetentionWord | undefined {
  const { timestamp, meta } = bundle;
  if (typeof timestamp !== 'string' || instantToMilliseconds(timestamp) === undefined) return undefined;
  const days = daysIn(meta);
  const isPolicy = days === null || (days >= SHORTEST_RETENTION && days <= LONGEST_RETENTION);
  return isPolicy ? { serverTime: timestamp, days } : undefined;
}

function daysIn(meta: unknown): number | null {
  const extensions =
    isObject(meta) && Array.isArray(meta['extension']) ? (meta['extension'] as unknown[]) : [];
  const found = extensions.find((one) => isObject(one) && one['url'] === RETENTION_EXTENSION);
  if (!isObject(found)) return null;
  const days = found['valueInteger'];
  return Number.isSafeInteger(days) ? Number(days) : Number.NaN;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
