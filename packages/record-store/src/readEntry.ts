import type { Transaction } from '@fieldchart/encrypted-sqlite';
import type { OutboxRow } from './rows.ts';

export async function readEntry(transaction: Transaction, id: string): Promise<OutboxRow | undefined> {
  const rows = await transaction.all<OutboxRow>('SELECT * FROM outbox WHERE id = ?', [id]);
  return rows[0];
}
