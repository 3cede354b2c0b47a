import { afterAll, beforeAll, describe, test } from 'vitest';
import { databaseContract } from './databaseContract.ts';
import type { DamageCase, DamageHarness } from './damageHarness.ts';
import type { DatabaseHarness } from './databaseHarness.ts';

/** Runs the contract over an adapter under vitest. */
export function describeDatabaseContract(
  name: string,
  makeHarness: () => Promise<DatabaseHarness & { dispose(): Promise<void> }>,
): void {
  describe(`${name} keeps the database contract`, () => {
    let harness: Awaited<ReturnType<typeof makeHarness>>;
    beforeAll(async () => {
      harness = await makeHarness();
    });
    afterAll(() => harness.dispose());
    for (const { title, run } of databaseContract) test(title, () => run(harness));
  });
}

/** Does every kind of damage to an adapter's files, and expects each by its code. */
export function describeDamage(
  name: string,
  cases: readonly DamageCase[],
  makeHarness: () => Promise<DamageHarness & { dispose(): Promise<void> }>,
): void {
  describe(`${name} tells damage`, () => {
    let harness: Awaited<ReturnType<typeof makeHarness>>;
    beforeAll(async () => {
      harness = await makeHarness();
    });
    afterAll(() => harness.dispose());
    for (const { title, run } of cases) test(title, () => run(harness));
  });
}
