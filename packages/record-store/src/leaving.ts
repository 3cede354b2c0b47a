import type { SqlValue, Transaction } from '@fieldchart/encrypted-sqlite';

// What waits for a client who is leaving the device is handed over (S3). Whatever the server said of it, nobody has to do
// anything about it: it moves by itself.

/** Whether an entry `o` of the outbox is of a client who is leaving. */
export const IS_LEAVING = 'o.client_id IN (SELECT client_id FROM clients_to_erase)';

/** Where an entry `o` of the outbox stands for a person: what was refused or held of a client who is leaving waits. */
export const STATE_SHOWN = `CASE WHEN o.state IN ('parked', 'held') AND ${IS_LEAVING} THEN 'waiting' ELSE o.state END`;

export async function isLeaving(transaction: Transaction, clientId: SqlValue): Promise<boolean> {
  const sql = 'SELECT 1 FROM clients_to_erase WHERE client_id = ?';
  return (await transaction.all(sql, [clientId])).length > 0;
}
