import type { Transaction } from '@fieldchart/encrypted-sqlite';
import { writeBase } from './bases.ts';
import type { ServerVersion } from './recordStore.ts';
import type { OutboxRow } from './rows.ts';
import { countBlocked } from './sqlQueueIndex.ts';
import { touch, type Touched } from './touched.ts';

/** Settles an entry that the server took: its version is the receipt (O7), and what waited for it may go. */
export async function acknowledgeEntry(
  transaction: Transaction,
  touched: Touched,
  row: OutboxRow,
  version: ServerVersion,
): Promise<void> {
  await transaction.run(
    `INSERT INTO receipts (sequence, mutation_id, key, kind, client_id, version_id, server_time, group_id, author)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      row.sequence,
      row.id,
      row.key,
      row.kind,
      row.client_id,
      version.versionId,
      version.serverTime,
      row.group_id,
      row.author,
    ],
  );
  await removeEntry(transaction, row.id);
  // What was accepted stands on what the server has: a restore has nothing left to say of it.
  await transaction.run('DELETE FROM epoch_checks WHERE key = ?', [row.key]);
  await transaction.run('UPDATE records SET version_id = ?, server_time = ? WHERE key = ?', [
    version.versionId,
    version.serverTime,
    row.key,
  ]);
  // A later edit that still waits derives from what the server has now.
  const later = await unsettledOn(transaction, row.key);
  if (later.length === 0) await transaction.run('DELETE FROM bases WHERE key = ?', [row.key]);
  else await writeBase(transaction, row.key, row.body ?? '');
  touch(touched, row.key, row.client_id);
  touched.outbox = true;
}

/** Takes a settled entry out of the queue: what waited for it alone may go. */
export async function removeEntry(transaction: Transaction, id: string): Promise<void> {
  const dependents = await transaction.all<{ entry: string }>('SELECT entry FROM needs WHERE needed = ?', [
    id,
  ]);
  await transaction.run('DELETE FROM needs WHERE needed = ? OR entry = ?', [id, id]);
  await transaction.run('DELETE FROM outbox WHERE id = ?', [id]);
  await countBlocked(
    transaction,
    dependents.map(({ entry }) => entry),
  );
}

export async function unsettledOn(transaction: Transaction, key: string): Promise<readonly OutboxRow[]> {
  return await transaction.all<OutboxRow>('SELECT * FROM outbox WHERE key = ? ORDER BY sequence', [key]);
}
