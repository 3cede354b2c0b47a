import type { Transaction } from '@fieldchart/encrypted-sqlite';

/** Keeps both texts of a conflict for a person to decide. */
export async function keepConflict(
  transaction: Transaction,
  conflict: {
    readonly key: string;
    readonly base: string | null;
    readonly mine: string;
    readonly theirs: string | null;
  },
): Promise<void> {
  await transaction.run('INSERT INTO conflicts (key, base, mine, theirs) VALUES (?, ?, ?, ?)', [
    conflict.key,
    conflict.base,
    conflict.mine,
    conflict.theirs,
  ]);
}
