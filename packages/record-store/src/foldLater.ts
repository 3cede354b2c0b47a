import type { Transaction } from '@fieldchart/encrypted-sqlite';
import { decide, mayFold } from '@fieldchart/smart-queue';
import { readEntry } from './readEntry.ts';
import { type OutboxRow, rowToEntry } from './rows.ts';
import { countBlocked, sqlQueueIndex } from './sqlQueueIndex.ts';

/** Merges the later edits of a refused entry into it, where the server could not tell the difference (O2, O5). */
export async function foldLater(transaction: Transaction, row: OutboxRow): Promise<void> {
  const later = await transaction.all<OutboxRow>(
    'SELECT * FROM outbox WHERE key = ? AND sequence > ? ORDER BY sequence',
    [row.key, row.sequence],
  );
  for (const next of later) {
    const parked = await readEntry(transaction, row.id);
    if (parked === undefined) return;
    const fits = await decide(mayFold(rowToEntry(parked), rowToEntry(next)), sqlQueueIndex(transaction));
    if (!fits) return;
    const dependents = await transaction.all<{ entry: string }>('SELECT entry FROM needs WHERE needed = ?', [
      next.id,
    ]);
    await transaction.run(
      `INSERT OR IGNORE INTO needs (entry, needed) SELECT ?, needed FROM needs WHERE entry = ? AND needed <> ?`,
      [row.id, next.id, row.id],
    );
    await transaction.run(
      'INSERT OR IGNORE INTO needs (entry, needed) SELECT entry, ? FROM needs WHERE needed = ?',
      [row.id, next.id],
    );
    await transaction.run('DELETE FROM needs WHERE entry = ? OR needed = ?', [next.id, next.id]);
    await transaction.run('DELETE FROM outbox WHERE id = ?', [next.id]);
    // Its body is what the last of them had: the record itself, or the copy that was made for one behind it.
    await transaction.run('UPDATE outbox SET body = ?, edits = edits + ? WHERE id = ?', [
      next.body,
      next.edits,
      row.id,
    ]);
    await countBlocked(transaction, [row.id, ...dependents.map(({ entry }) => entry)]);
  }
}
