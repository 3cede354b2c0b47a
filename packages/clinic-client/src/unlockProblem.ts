import { isCodedError } from '@fieldchart/foundation';
import type { RescueOutcome, UnlockOutcome } from './api.ts';

/** A rescue that was accepted before a kill and cannot be finished now: what unlocking has words for. */
export function toUnlockProblem(
  error: Extract<RescueOutcome<null>, { ok: false }>['error'],
): Extract<UnlockOutcome, { ok: false }>['error'] {
  switch (error.kind) {
    case 'wrong-secret':
    case 'delayed':
    case 'damaged':
    case 'erased':
    case 'device-secret-missing':
    case 'device-secret-changed':
    case 'cancelled':
    case 'database-damaged':
    case 'database-missing':
    case 'journal-lost':
    case 'database-newer':
    case 'storage':
      return error;
    case 'not-accepted':
      return { kind: 'database-damaged' };
    case 'weak-secret':
    case 'device-secret-cancelled':
    case 'device-secret-not-bound':
    case 'rescue-impossible':
    case 'no-request':
    case 'unreachable':
    case 'refused':
    case 'answer-wrong-kind':
    case 'answer-malformed':
    case 'answer-truncated':
    case 'answer-altered':
    case 'answer-too-large':
    case 'answer-not-for-this':
      return { kind: 'storage' };
  }
}

/** Why a database does not open although the secret was right. */
export function toDatabaseProblem(
  error: unknown,
): 'database-damaged' | 'database-missing' | 'journal-lost' | 'database-newer' | 'storage' {
  if (isCodedError(error, 'DATABASE_MISSING')) return 'database-missing';
  if (isCodedError(error, 'DATABASE_JOURNAL_LOST')) return 'journal-lost';
  if (isCodedError(error, 'DATABASE_NEWER')) return 'database-newer';
  const damaged = isCodedError(error, 'DATABASE_KEY_OR_DAMAGE', 'DATABASE_CORRUPT', 'IDENTITY_UNREADABLE');
  return damaged ? 'database-damaged' : 'storage';
}
