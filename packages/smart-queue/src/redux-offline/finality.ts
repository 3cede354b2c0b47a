import type { OfflineAction } from './offlineTypes.ts';

/** Seconds before each further try; the last stands for all that follow. */
const WAITS_S = [1, 2, 5, 10, 20, 30, 60];

/** Of a 4xx, those that say nothing about the request itself: sign in, too slow, too early, too many. */
const PASSING = [401, 408, 425, 429];

/**
 * For `discard` of redux-offline: gives an action up only when the server has refused it, which is an answer of
 * 400 to 499 other than 401, 408, 425 and 429. No answer, an answer that is not what was asked for, and 5xx are not
 * final: the request goes again until its outcome is known.
 */
export function discard(error: unknown): boolean {
  const status = statusOf(error);
  return status !== undefined && status >= 400 && status < 500 && !PASSING.includes(status);
}

/** For `retry` of redux-offline: milliseconds until the next try, a minute at most, without a limit of tries. */
export function retry(_action: OfflineAction, retries: number): number {
  return (WAITS_S[retries] ?? 60) * 1000;
}

/** The HTTP status that an error names: redux-offline's, axios's, or a Response itself. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('status' in error && typeof error.status === 'number') return error.status;
  return 'response' in error ? statusOf(error.response) : undefined;
}
