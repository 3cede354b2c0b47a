/** Wall-clock time of this machine. It may be wrong and may jump: never order anything by it. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

/** Milliseconds since the epoch as a FHIR `instant`, in UTC: `2026-11-22T21:54:39.000Z`. */
export function toInstant(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** The system's clock. */
export const systemClock: Clock = { now: () => Date.now() };
