import { AGEING_TYPES, referencesOf, type ResourceKey } from '@fieldchart/clinical';
import type { Database, Transaction } from '@fieldchart/encrypted-sqlite';
import type { AgeingRecord } from './decideAgedOut.ts';
import { parseResource, type RecordRow } from './rows.ts';

type Reader = Pick<Database | Transaction, 'all'>;

export interface HeldRecord extends AgeingRecord {
  readonly revision: number;
}

/** A record by the revision at which it was found free to go. */
export interface FreeRecord {
  readonly key: ResourceKey;
  readonly revision: number;
}

/** Types that may age out, for a condition in SQL. */
export const AGEING = `(${AGEING_TYPES.map((type) => `'${type}'`).join(', ')})`;

/** Whether something of record `r` is unsent, waits for a person, or is being held against a restored server. */
const HELD = ['outbox', 'conflicts', 'superseded', 'set_aside', 'epoch_checks', 'under_review']
  .map((table) => `EXISTS (SELECT 1 FROM ${table} WHERE key = r.key)`)
  .join(' OR ');

/** All records of a client that may age out, each with what holds it here. */
export async function readAgeing(reader: Reader, clientId: string): Promise<readonly HeldRecord[]> {
  const rows = await reader.all<RecordRow & { received_at: string | null; held: number }>(
    `SELECT r.key, r.client_id, r.revision, r.version_id, r.server_time, r.resource, ${HELD} AS held,
       (SELECT server_time FROM receipts WHERE key = r.key ORDER BY sequence DESC LIMIT 1) AS received_at
     FROM records r WHERE r.client_id = ? AND r.type IN ${AGEING}`,
    [clientId],
  );
  const needed = await neededByWaiting(reader, clientId);
  return rows.map((row) => ({
    key: row.key,
    revision: row.revision,
    resource: parseResource(row.resource),
    versionId: row.version_id,
    serverTime: row.server_time,
    receivedAt: row.received_at,
    pinned: row.held === 1 || needed.has(row.key),
  }));
}

/** Of units that were free to go those that still are: unchanged, and needed by nothing that came meanwhile. */
export async function stillFree(
  reader: Reader,
  clientId: string,
  units: readonly (readonly FreeRecord[])[],
): Promise<readonly (readonly FreeRecord[])[]> {
  const keys = units.flat().map(({ key }) => key);
  const rows = await reader.all<{ key: string; revision: number }>(
    `SELECT r.key, r.revision FROM records r
     WHERE r.key IN (${keys.map(() => '?').join(', ')}) AND NOT (${HELD})`,
    keys,
  );
  const revisionByKey = new Map(rows.map(({ key, revision }) => [key, revision]));
  const needed = await neededByWaiting(reader, clientId);
  return units.filter((unit) =>
    unit.every(({ key, revision }) => revisionByKey.get(key) === revision && !needed.has(key)),
  );
}

/** What the client's unsent changes refer to: it stays beside them until they are acknowledged. */
async function neededByWaiting(reader: Reader, clientId: string): Promise<ReadonlySet<ResourceKey>> {
  const bodies = await reader.all<{ body: string | null }>(
    `SELECT coalesce(o.body, r.resource) AS body FROM outbox o LEFT JOIN records r ON r.key = o.key
     WHERE o.client_id = ? OR o.client_id IS NULL`,
    [clientId],
  );
  return new Set(bodies.flatMap(({ body }) => (body === null ? [] : referencesOf(parseResource(body)))));
}
