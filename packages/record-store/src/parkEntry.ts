import type { Transaction } from '@fieldchart/encrypted-sqlite';
import { decide, decidePark } from '@fieldchart/smart-queue';
import type { ParkReason } from './recordStore.ts';
import { type OutboxRow, rowToEntry } from './rows.ts';
import { sqlQueueIndex } from './sqlQueueIndex.ts';
import { touch, type Touched } from './touched.ts';

export async function readEntry(transaction: Transaction, id: string): Promise<OutboxRow | undefined> {
  const rows = await transaction.all<OutboxRow>('SELECT * FROM outbox WHERE id = ?', [id]);
  return rows[0];
}

/** Parks an entry with its group and holds what depends on them (O5). */
export async function parkEntry(
  transaction: Transaction,
  touched: Touched,
  row: OutboxRow,
  reason: ParkReason,
): Promise<void> {
  const { parked, held } = await decide(decidePark(rowToEntry(row)), sqlQueueIndex(transaction));
  for (const id of parked) {
    // A refused entry takes later edits again: the last on a resource has the record as its body.
    await transaction.run(
      `UPDATE outbox SET state = 'parked', reason_code = ?, reason_text = ?, batch_id = NULL, draft = 0,
         body = CASE WHEN sequence = (SELECT max(sequence) FROM outbox o WHERE o.key = outbox.key)
           THEN NULL ELSE body END WHERE id = ?`,
      [reason.code, reason.text, id],
    );
  }
  for (const id of held) await transaction.run("UPDATE outbox SET state = 'held' WHERE id = ?", [id]);
  for (const id of [...parked, ...held]) {
    const entry = await readEntry(transaction, id);
    if (entry !== undefined) touch(touched, entry.key, entry.client_id);
  }
  touched.outbox = true;
}

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

export const CONFLICT: ParkReason = {
  code: 'conflict',
  text: 'The record was changed elsewhere at the same place',
};
