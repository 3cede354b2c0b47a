import type { OpenDamaged } from '../damagedDatabase.ts';
import type { ContractCase, DatabaseHarness } from './databaseHarness.ts';

/** What an adapter brings so that damage can be done to its files, and what is left be read. */
export interface DamageHarness extends DatabaseHarness {
  readonly openDamaged: OpenDamaged;
  /** Copies what lies on the disk for an open database, as a kill at this instant would leave it. */
  copyAsKilled(from: string, to: string): Promise<void>;
  /** Rewrites a file of a closed database past the adapter; `change` answers `undefined` for a file to be taken away. */
  tamper(name: string, file: 'database' | 'journal', change: Change): Promise<void>;
}

export type Change = (bytes: Uint8Array) => Uint8Array | undefined;

export interface DamageCase extends Omit<ContractCase, 'run'> {
  readonly run: (harness: DamageHarness) => Promise<void>;
}

export const turned =
  (...places: readonly number[]): Change =>
  (bytes) => {
    const changed = bytes.slice();
    for (const at of places) changed[at] = (changed[at] ?? 0) ^ 0xff;
    return changed;
  };
export const cut =
  (length: number): Change =>
  (bytes) =>
    bytes.slice(0, length);
