import type { Attempts } from './attempts.ts';

/**
 * Where key records rest, outside the encrypted databases. Guarantees asked of an adapter:
 * what a `save` wrote survives the loss of power once it resolves; a `save` killed midway leaves the old value,
 * the new one, or a damaged one in that one place, and never touches another; a failure to read rejects and is
 * never answered with "nothing there".
 */
export interface KeyRecordStore {
  /** Ids of the users with a key record. */
  list(): Promise<string[]>;
  load(userId: string): Promise<{ readonly slots: readonly [string | null, string | null] }>;
  saveSlot(userId: string, slot: 0 | 1, record: string): Promise<void>;
  loadAttempts(userId: string): Promise<Attempts | null>;
  saveAttempts(userId: string, attempts: Attempts): Promise<void>;
  /** The data key sealed to the organisation's rescue key, as compact JWE. */
  loadSealed(userId: string): Promise<string | null>;
  saveSealed(userId: string, sealed: string): Promise<void>;
  /** Removes the slots: nothing opens with the user's secret any more. Attempts and the sealed key stay. */
  removeSecret(userId: string): Promise<void>;
  /** Removes everything of one user: slots, attempts, sealed key. */
  remove(userId: string): Promise<void>;
}
