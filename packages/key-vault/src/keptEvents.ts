import { randomUuid } from '@fieldchart/foundation';
import { readAttempts, tell, told } from './attempts.ts';
import type { LockedEvent } from './lockedEvents.ts';
import type { VaultState } from './vault.ts';

/** What the audit chain does not tell of yet, oldest first. */
export async function untoldEvents({ records }: VaultState, userId: string): Promise<readonly LockedEvent[]> {
  return readAttempts(await records.loadAttempts(userId)).events ?? [];
}

/** Keeps that a database did not open although the secret was right. */
export async function keepUnopened(
  { records, random, clock }: VaultState,
  userId: string,
  code: string,
): Promise<void> {
  const now = clock.now();
  const event: LockedEvent = {
    kind: 'did-not-open',
    id: randomUuid(random),
    count: 1,
    first: now,
    at: now,
    code,
  };
  await records.saveAttempts(userId, tell(readAttempts(await records.loadAttempts(userId)), [event]));
}

/** Strikes off what the audit chain tells of now. */
export async function forgetTold(
  { records }: VaultState,
  userId: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  await records.saveAttempts(userId, told(readAttempts(await records.loadAttempts(userId)), ids));
}
