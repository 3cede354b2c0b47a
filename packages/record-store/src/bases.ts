import type { FhirResource } from '@fieldchart/clinical';
import type { Transaction } from '@fieldchart/encrypted-sqlite';
import { parseResource } from './rows.ts';

export async function readBase(transaction: Transaction, key: string): Promise<FhirResource | null> {
  const [row] = await transaction.all<{ resource: string }>('SELECT resource FROM bases WHERE key = ?', [
    key,
  ]);
  return row === undefined ? null : parseResource(row.resource);
}

export async function writeBase(transaction: Transaction, key: string, resource: string): Promise<void> {
  await transaction.run('INSERT OR REPLACE INTO bases (key, resource) VALUES (?, ?)', [key, resource]);
}
