import type { Transaction } from '@fieldchart/encrypted-sqlite';
import { type Random, randomUuid } from '@fieldchart/foundation';
import { decide, decideReopen } from '@fieldchart/smart-queue';
import { readEntry } from './readEntry.ts';
import { type OutboxRow, rowToEntry } from './rows.ts';
import { countBlocked, sqlQueueIndex } from './sqlQueueIndex.ts';
import { touch, type Touched } from './touched.ts';

/** Sends a parked unit again, each entry under a new id, and lets go what waited for it alone (O5). */
export async function reopenEntry(
  transaction: Transaction,
  touched: Touched,
  row: OutboxRow,
  random: Random,
): Promise<readonly string[]> {
  const decision = await decide(decideReopen(rowToEntry(row)), sqlQueueIndex(transaction));
  const state = decision.stillHeld ? 'held' : 'waiting';
  const ids: string[] = [];
  for (const id of decision.reopened) {
    const fresh = randomUuid(random);
    await transaction.run(
      // A create that met the record of another goes again as a change of that one.
      `UPDATE outbox SET kind = CASE WHEN kind = 'create' AND EXISTS (
           SELECT 1 FROM records r WHERE r.key = outbox.key AND r.version_id IS NOT NULL) THEN 'update' ELSE kind END,
         state = ?, id = ?, reason_code = NULL, reason_text = NULL, batch_id = NULL,
         if_match = NULL, draft = 0, ready_at = 0 WHERE id = ?`,
      [state, fresh, id],
    );
    await transaction.run('UPDATE needs SET entry = ? WHERE entry = ?', [fresh, id]);
    await transaction.run('UPDATE needs SET needed = ? WHERE needed = ?', [fresh, id]);
    ids.push(fresh);
  }
  for (const id of decision.released) {
    await transaction.run("UPDATE outbox SET state = 'waiting' WHERE id = ?", [id]);
  }
  await countBlocked(transaction, [...ids, ...decision.released]);
  for (const id of [...ids, ...decision.released]) {
    const entry = await readEntry(transaction, id);
    if (entry !== undefined) touch(touched, entry.key, entry.client_id);
  }
  touched.outbox = true;
  return ids;
}
