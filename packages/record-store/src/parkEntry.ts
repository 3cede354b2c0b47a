import type { Transaction } from '@fieldchart/encrypted-sqlite';
import { decide, decidePark } from '@fieldchart/smart-queue';
import type { ParkReason } from './recordStore.ts';
import { foldLater } from './foldLater.ts';
import { type OutboxRow, rowToEntry } from './rows.ts';
import { readEntry } from './readEntry.ts';
import { sqlQueueIndex } from './sqlQueueIndex.ts';
import { touch, type Touched } from './touched.ts';

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
  if (row.group_id === null) await foldLater(transaction, row);
  touched.outbox = true;
}

export const CONFLICT: ParkReason = {
  code: 'conflict',
  text: 'The record was changed elsewhere at the same place',
};
