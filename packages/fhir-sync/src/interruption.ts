import type { UnknownOutcome } from './classifyAnswer.ts';

/** Why a pass of the engine ended early. What was under way stays as it is and is tried again. */
export interface Interruption {
  /** Stable; the screens have a sentence for each. */
  readonly code: string;
  /** False: no sign of the server at all (no network, a captive portal). */
  readonly reachable: boolean;
  readonly retryAfterMs?: number;
}

export function unknownToInterruption(outcome: UnknownOutcome): Interruption {
  return {
    code: outcome.code,
    reachable: outcome.code !== 'no-answer' && outcome.code !== 'not-fhir',
    ...(outcome.retryAfterMs === undefined ? {} : { retryAfterMs: outcome.retryAfterMs }),
  };
}

/** The server knows the device's key no more, or not yet. */
export const unauthorised: Interruption = { code: 'unauthorised', reachable: true };

/** The server was restored from a backup: what it lost is found by pulling, and nothing is sent before. */
export const epochChanged: Interruption = { code: 'epoch-changed', reachable: true };
