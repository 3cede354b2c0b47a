import { type FhirResource, GROUPING_TYPES } from '@fieldchart/clinical';
import type { Transaction } from '@fieldchart/encrypted-sqlite';
import { groupStatements } from './clientGroups.ts';
import { deleteClient, writeClient } from './clientIndex.ts';
import { keepIndexed, markUnindexed, takeOutOfIndex } from './noteIndex.ts';
import type { RecordRow } from './rows.ts';
import { summaryOf } from './rows.ts';
import { touch, type Touched } from './touched.ts';

// Offsets and fractions differ between writers; lists compare dates as text.
const UTC = "coalesce(strftime('%Y-%m-%dT%H:%M:%fZ', ?), ?)";

/** Visits that took place, also those that have aged out: who was seen when is not forgotten with what was written. */
const visitsIn = (
  table: 'records' | 'aged_out',
) => `SELECT date FROM ${table} WHERE client_id = clients.client_id
  AND type = 'Encounter' AND status NOT IN ('planned', 'cancelled', 'entered-in-error')`;

export async function readRecord(transaction: Transaction, key: string): Promise<RecordRow | undefined> {
  const rows = await transaction.all<RecordRow>(
    'SELECT key, client_id, revision, version_id, server_time, resource FROM records WHERE key = ?',
    [key],
  );
  return rows[0];
}

/** Writes a record with what the lists read of it. */
export async function writeRecord(
  transaction: Transaction,
  touched: Touched,
  record: {
    readonly key: string;
    readonly resource: FhirResource;
    readonly revision: number;
    readonly versionId: string | null;
    readonly serverTime: string | null;
  },
): Promise<void> {
  const { key, resource } = record;
  const { clientId, status, author, date } = summaryOf(resource);
  if (resource.resourceType === 'Composition') await keepIndexed(transaction, key);
  await transaction.run(
    `INSERT INTO records (key, type, client_id, status, author, date, revision, version_id, server_time, resource)
     VALUES (?, ?, ?, ?, ?, ${UTC}, ?, ?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET client_id = excluded.client_id, status = excluded.status,
       author = excluded.author, date = excluded.date, revision = excluded.revision,
       version_id = excluded.version_id, server_time = excluded.server_time, resource = excluded.resource`,
    [
      key,
      resource.resourceType,
      clientId,
      status,
      author,
      date,
      date,
      record.revision,
      record.versionId,
      record.serverTime,
      JSON.stringify(resource),
    ],
  );
  if (resource.resourceType === 'Composition') await markUnindexed(transaction, key, resource.date);
  if (isGrouping(resource)) {
    for (const { sql, params } of groupStatements(key, clientId, resource))
      await transaction.run(sql, params);
  }
  if (resource.resourceType === 'Patient') {
    await writeClient(transaction, resource);
    await writeLastVisit(transaction, resource.id);
  }
  if (resource.resourceType === 'Encounter') await writeLastVisit(transaction, clientId);
  touch(touched, key, clientId);
}

export async function deleteRecord(
  transaction: Transaction,
  touched: Touched,
  row: RecordRow,
): Promise<void> {
  if (row.key.startsWith('Composition/')) await takeOutOfIndex(transaction, row.key);
  for (const table of [
    'records',
    'bases',
    'positions',
    'receipts',
    'conflicts',
    'set_aside',
    'epoch_checks',
    'under_review',
    'client_groups',
  ]) {
    await transaction.run(`DELETE FROM ${table} WHERE key = ?`, [row.key]);
  }
  if (row.key === `Patient/${row.client_id ?? ''}`) {
    await deleteClient(transaction, row.client_id);
  }
  if (row.key.startsWith('Encounter/')) await writeLastVisit(transaction, row.client_id);
  touch(touched, row.key, row.client_id);
}

const isGrouping = ({ resourceType }: FhirResource) =>
  GROUPING_TYPES.some((grouping) => grouping === resourceType);

async function writeLastVisit(transaction: Transaction, clientId: string | null): Promise<void> {
  await transaction.run(
    `UPDATE clients SET last_visit = (SELECT max(date) FROM (${visitsIn('records')} UNION ALL ${visitsIn('aged_out')}))
     WHERE client_id = ?`,
    [clientId],
  );
}
