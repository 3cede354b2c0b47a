import type { Transaction } from '@fieldchart/encrypted-sqlite';
import { acknowledgeEntry, unsettledOn } from './acknowledge.ts';
import { bindingReferences } from './bindingReferences.ts';
import type { PulledVersion, ServerVersion } from './recordStore.ts';
import { isNewer, parseResource, type RecordRow } from './rows.ts';
import type { Touched } from './touched.ts';
import { reconcile } from './twoTexts.ts';
import { deleteRecord, readRecord, writeRecord } from './writeRecord.ts';

/** One version from the server's feed. */
export async function applyVersion(
  transaction: Transaction,
  touched: Touched,
  version: PulledVersion,
): Promise<void> {
  const entries = await unsettledOn(transaction, version.key);
  const own = entries.find(({ id, state }) => id === version.mutationId && state === 'attempted');
  if (own !== undefined) {
    // Our own change came back: the answer to it was lost, its success is known now.
    await acknowledgeEntry(transaction, touched, own, version);
    await applySetAside(transaction, touched, version.key);
    return;
  }
  if (await noteForEpoch(transaction, version)) return;
  const record = await readRecord(transaction, version.key);
  if (!(await isNews(transaction, record, version))) return;
  if (entries.some(({ state }) => state === 'attempted')) {
    await setAside(transaction, version);
    return;
  }
  await wishForTheRest(transaction, version);
  const [first] = entries;
  if (record !== undefined && first !== undefined) {
    await reconcile(transaction, touched, { record, entries, first, version });
    return;
  }
  if (version.resource !== null) {
    await transaction.run('DELETE FROM tombstones WHERE key = ?', [version.key]);
    await transaction.run('DELETE FROM aged_out WHERE key = ?', [version.key]);
    await writeRecord(transaction, touched, {
      ...version,
      resource: version.resource,
      revision: (record?.revision ?? 0) + 1,
    });
    return;
  }
  if (record !== undefined) await deleteRecord(transaction, touched, record);
  await transaction.run('DELETE FROM aged_out WHERE key = ?', [version.key]);
  await transaction.run('INSERT OR REPLACE INTO tombstones (key, version_id, server_time) VALUES (?, ?, ?)', [
    version.key,
    version.versionId,
    version.serverTime,
  ]);
}

/** Applies what was pulled while an entry had no outcome yet. */
export async function applySetAside(transaction: Transaction, touched: Touched, key: string): Promise<void> {
  const [row] = await transaction.all<{ version_id: string; server_time: string; resource: string | null }>(
    'SELECT version_id, server_time, resource FROM set_aside WHERE key = ?',
    [key],
  );
  if (row === undefined) return;
  await transaction.run('DELETE FROM set_aside WHERE key = ?', [key]);
  await applyVersion(transaction, touched, {
    kind: 'version',
    key,
    versionId: row.version_id,
    serverTime: row.server_time,
    resource: row.resource === null ? null : parseResource(row.resource),
  });
}

/** While a record is held against a restored server, what the server has of it is only written down. */
async function noteForEpoch(transaction: Transaction, version: PulledVersion): Promise<boolean> {
  const [check] = await transaction.all<{ found_version: string | null; found_time: string | null }>(
    'SELECT found_version, found_time FROM epoch_checks WHERE key = ?',
    [version.key],
  );
  if (check === undefined) return false;
  const { found_version: versionId, found_time: serverTime } = check;
  if (versionId === null || isNewer(version, { versionId, serverTime })) {
    await transaction.run(
      'UPDATE epoch_checks SET found_version = ?, found_time = ?, found_resource = ? WHERE key = ?',
      [
        version.versionId,
        version.serverTime,
        version.resource === null ? null : JSON.stringify(version.resource),
        version.key,
      ],
    );
  }
  return true;
}

/**
 * A backfill page may be older than the feed: only what is newer than what is held counts. Of what has aged out so does
 * only what changed since, unless it was asked for again.
 */
async function isNews(
  transaction: Transaction,
  record: RecordRow | undefined,
  version: ServerVersion & { readonly key: string },
): Promise<boolean> {
  if (record !== undefined) {
    const { version_id: versionId, server_time: serverTime } = record;
    if (versionId === null || isNewer(version, { versionId, serverTime })) return true;
    // Access came back in the middle: what lies in the inbox is not what the server has, though it bears its version.
    return version.versionId === versionId && (await isUnderReview(transaction, version.key));
  }
  const known = await transaction.all<{ version_id: string; server_time: string }>(
    `SELECT version_id, server_time FROM tombstones WHERE key = ? UNION ALL
     SELECT version_id, server_time FROM aged_out WHERE key = ?
       AND client_id NOT IN (SELECT client_id FROM fetched_back)`,
    [version.key, version.key],
  );
  return known.every(({ version_id: versionId, server_time: serverTime }) =>
    isNewer(version, { versionId, serverTime }),
  );
}

/**
 * What comes anew and belongs to what has aged out brings that back with it: a note may be written in as soon as it is here,
 * and refers to its visit then (D3).
 */
async function wishForTheRest(
  transaction: Transaction,
  { key, resource }: Pick<PulledVersion, 'key' | 'resource'>,
): Promise<void> {
  if (resource === null) return;
  await transaction.run(
    `INSERT INTO fetched_back (client_id, until)
     SELECT DISTINCT client_id, NULL FROM aged_out WHERE key IN (SELECT value FROM json_each(?))
       AND client_id NOT IN (SELECT client_id FROM clients_to_erase)
     ON CONFLICT (client_id) DO UPDATE SET until = NULL`,
    [JSON.stringify([key, ...bindingReferences(resource)])],
  );
}

async function isUnderReview(transaction: Transaction, key: string): Promise<boolean> {
  return (await transaction.all('SELECT 1 FROM under_review WHERE key = ?', [key])).length > 0;
}

async function setAside(transaction: Transaction, version: PulledVersion): Promise<void> {
  const [held] = await transaction.all<{ version_id: string; server_time: string }>(
    'SELECT version_id, server_time FROM set_aside WHERE key = ?',
    [version.key],
  );
  const older =
    held !== undefined && !isNewer(version, { versionId: held.version_id, serverTime: held.server_time });
  if (older) return;
  await transaction.run(
    'INSERT OR REPLACE INTO set_aside (key, version_id, server_time, resource) VALUES (?, ?, ?, ?)',
    [
      version.key,
      version.versionId,
      version.serverTime,
      version.resource === null ? null : JSON.stringify(version.resource),
    ],
  );
}
