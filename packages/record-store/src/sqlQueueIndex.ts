import type { Transaction } from '@fieldchart/encrypted-sqlite';
import type { QueueIndex } from '@fieldchart/smart-queue';
import { type OutboxRow, rowToEntry } from './rows.ts';

/** The queue's index over the outbox's tables; every answer is one look-up in an index. */
export function sqlQueueIndex(transaction: Transaction): QueueIndex {
  const entries = async (where: string, value: string) =>
    (await transaction.all<OutboxRow>(`SELECT * FROM outbox WHERE ${where}`, [value])).map(rowToEntry);
  return {
    lastOn: async (resource) => (await entries('key = ? ORDER BY sequence DESC LIMIT 1', resource))[0],
    createOf: async (resource) =>
      (await entries("key = ? AND kind = 'create' ORDER BY sequence DESC LIMIT 1", resource))[0],
    // Asked for a delete alone, and a clinical record is never deleted: it is marked as entered in error.
    referrersOf: () => [],
    entry: async (id) => (await entries('id = ?', id))[0],
    needsOf: async (id) =>
      (await transaction.all<{ needed: string }>('SELECT needed FROM needs WHERE entry = ?', [id])).map(
        ({ needed }) => needed,
      ),
    dependentsOf: async (id) => await entries('id IN (SELECT entry FROM needs WHERE needed = ?)', id),
    membersOf: async (group) => await entries('group_id = ? ORDER BY sequence', group),
  };
}

/**
 * Counts again what the unit of each of these entries waits for: needs outside its own group. An entry with none
 * left stands in the index of what may be sent.
 */
export async function countBlocked(transaction: Transaction, ids: Iterable<string>): Promise<void> {
  const done = new Set<string>();
  for (const id of ids) {
    const [row] = await transaction.all<{ group_id: string | null }>(
      'SELECT group_id FROM outbox WHERE id = ?',
      [id],
    );
    if (row === undefined || done.has(row.group_id ?? id)) continue;
    done.add(row.group_id ?? id);
    if (row.group_id === null) {
      await transaction.run(
        'UPDATE outbox SET blocked = (SELECT count(*) FROM needs WHERE entry = outbox.id) WHERE id = ?',
        [id],
      );
    } else {
      await transaction.run(
        `UPDATE outbox SET blocked = (
           SELECT count(*) FROM outbox m JOIN needs d ON d.entry = m.id JOIN outbox n ON n.id = d.needed
           WHERE m.group_id = ? AND n.group_id IS NOT m.group_id) WHERE group_id = ?`,
        [row.group_id, row.group_id],
      );
    }
  }
}
