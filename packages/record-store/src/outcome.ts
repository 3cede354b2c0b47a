import type { FhirResource } from '@fieldchart/clinical';
import type { Transaction } from '@fieldchart/encrypted-sqlite';
import { mergeResources, sameContent } from './merge.ts';
import { keepConflict } from './keepConflict.ts';
import { CONFLICT, parkEntry } from './parkEntry.ts';
import { readEntry } from './readEntry.ts';
import type { Random } from '@fieldchart/foundation';
import type { PulledResource, PulledVersion, ServerVersion } from './recordStore.ts';
import { reopenEntry } from './reopenEntry.ts';
import { isNewer, isSigned, type OutboxRow, parseResource, type RecordRow } from './rows.ts';
import { countBlocked } from './sqlQueueIndex.ts';
import { touch, type Touched } from './touched.ts';
import { deleteRecord, readRecord, writeRecord } from './writeRecord.ts';

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

/**
 * The server refused an entry because its record moved or is gone. Where the two texts join, the entry goes again
 * with both under a new id (C1); else a person decides.
 */
export async function conflictWith(
  transaction: Transaction,
  touched: Touched,
  refused: { readonly row: OutboxRow; readonly theirs: PulledResource | null; readonly random: Random },
): Promise<void> {
  const { row, theirs, random } = refused;
  await parkEntry(transaction, touched, row, CONFLICT);
  const record = await readRecord(transaction, row.key);
  if (record === undefined) return;
  const version =
    theirs === null
      ? { versionId: record.version_id ?? '', serverTime: record.server_time ?? '', resource: null }
      : theirs;
  if (await isHeldAgainstRestore(transaction, row.key)) {
    // Theirs may be older than our own base: joined, it would read as if somebody had taken acknowledged text back.
    await keepText(transaction, record, version.resource);
    touch(touched, record.key, record.client_id);
    return;
  }
  const alone = (await unsettledOn(transaction, row.key)).length === 1 && row.group_id === null;
  const mine = parseResource(record.resource);
  if (theirs !== null && isSigned(theirs.resource)) {
    await standAside(transaction, touched, record, theirs);
    return;
  }
  if (theirs !== null && alone && !isSigned(mine)) {
    const joined = mergeResources(await readBase(transaction, row.key), mine, theirs.resource);
    const parked = joined.conflict ? undefined : await readEntry(transaction, row.id);
    if (parked !== undefined) {
      await takeOver(transaction, touched, record, theirs, joined.resource);
      await reopenEntry(transaction, touched, parked, random);
      return;
    }
  }
  await keepBoth(transaction, touched, record, version, alone);
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
  const [first] = entries;
  if (record !== undefined && first !== undefined) {
    await reconcile(transaction, touched, { record, entries, first, version });
    return;
  }
  if (version.resource !== null) {
    await transaction.run('DELETE FROM tombstones WHERE key = ?', [version.key]);
    await writeRecord(transaction, touched, {
      ...version,
      resource: version.resource,
      revision: (record?.revision ?? 0) + 1,
    });
    return;
  }
  if (record !== undefined) await deleteRecord(transaction, touched, record);
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

/** A backfill page may be older than the feed: only what is newer than what is held counts. */
async function isNews(
  transaction: Transaction,
  record: RecordRow | undefined,
  version: ServerVersion & { readonly key: string },
): Promise<boolean> {
  if (record !== undefined) {
    const { version_id: versionId, server_time: serverTime } = record;
    return versionId === null || isNewer(version, { versionId, serverTime });
  }
  const [tombstone] = await transaction.all<{ version_id: string; server_time: string }>(
    'SELECT version_id, server_time FROM tombstones WHERE key = ?',
    [version.key],
  );
  if (tombstone === undefined) return true;
  return isNewer(version, { versionId: tombstone.version_id, serverTime: tombstone.server_time });
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

/** A newer version meets edits of ours that were not sent yet (C1, C2). */
async function reconcile(
  transaction: Transaction,
  touched: Touched,
  meeting: {
    readonly record: RecordRow;
    readonly entries: readonly OutboxRow[];
    readonly first: OutboxRow;
    readonly version: PulledVersion;
  },
): Promise<void> {
  const { record, entries, first, version } = meeting;
  const base = await readBase(transaction, record.key);
  const theirs = version.resource;
  if (theirs !== null && base !== null && sameContent(base, theirs)) {
    await advance(transaction, touched, record, { ...version, resource: theirs });
    return;
  }
  if (theirs !== null && isSigned(theirs)) {
    if (first.state === 'waiting') await parkEntry(transaction, touched, first, CONFLICT);
    await standAside(transaction, touched, record, { ...version, resource: theirs });
    return;
  }
  const alone = entries.length === 1 && first.group_id === null;
  if (theirs !== null && alone && !isSigned(parseResource(record.resource))) {
    const merged = mergeResources(base, parseResource(record.resource), theirs);
    if (!merged.conflict) {
      await takeOver(transaction, touched, record, { ...version, resource: theirs }, merged.resource);
      return;
    }
  }
  await keepBoth(transaction, touched, record, version, alone);
  if (first.state === 'waiting') await parkEntry(transaction, touched, first, CONFLICT);
}

/**
 * Keeps both texts. The server's stands in the record where both changed a field, unless ours is signed, part of
 * a group, or followed by edits of its own: then the record stays as it is.
 */
async function keepBoth(
  transaction: Transaction,
  touched: Touched,
  record: RecordRow,
  version: ServerVersion & { readonly resource: FhirResource | null },
  mergeable: boolean,
): Promise<void> {
  const base = await readBase(transaction, record.key);
  const mine = parseResource(record.resource);
  await keepText(transaction, record, version.resource);
  touch(touched, record.key, record.client_id);
  if (version.resource === null) return;
  const theirs = { ...version, resource: version.resource };
  if (mergeable && !isSigned(mine)) {
    const { resource } = mergeResources(base, mine, theirs.resource);
    await takeOver(transaction, touched, record, theirs, resource);
  } else {
    await advance(transaction, touched, record, theirs);
  }
}

/**
 * What the server has is signed: it stands word for word, and nothing of ours is joined to it (C2). Ours is kept in
 * the conflict and in the parked entry, and never sent over it.
 */
async function standAside(
  transaction: Transaction,
  touched: Touched,
  record: RecordRow,
  theirs: PulledResource,
): Promise<void> {
  // The record was the last entry's body until now.
  await transaction.run('UPDATE outbox SET body = ? WHERE key = ? AND body IS NULL', [
    record.resource,
    record.key,
  ]);
  await keepText(transaction, record, theirs.resource);
  await takeOver(transaction, touched, record, theirs, theirs.resource);
}

async function takeOver(
  transaction: Transaction,
  touched: Touched,
  record: RecordRow,
  theirs: PulledResource,
  resource: FhirResource,
): Promise<void> {
  await writeBase(transaction, record.key, JSON.stringify(theirs.resource));
  await renewConflicts(transaction, record.key, theirs.resource);
  await writeRecord(transaction, touched, {
    key: record.key,
    resource,
    revision: record.revision + 1,
    versionId: theirs.versionId,
    serverTime: theirs.serverTime,
  });
}

/** The record stays; what it will be sent over is their version. */
async function advance(
  transaction: Transaction,
  touched: Touched,
  record: RecordRow,
  theirs: PulledResource,
): Promise<void> {
  await writeBase(transaction, record.key, JSON.stringify(theirs.resource));
  await renewConflicts(transaction, record.key, theirs.resource);
  await transaction.run('UPDATE records SET version_id = ?, server_time = ? WHERE key = ?', [
    theirs.versionId,
    theirs.serverTime,
    record.key,
  ]);
  touch(touched, record.key, record.client_id);
}

/** Keeps the record's text and theirs, with what ours derives from. */
async function keepText(
  transaction: Transaction,
  record: RecordRow,
  theirs: FhirResource | null,
): Promise<void> {
  const base = await readBase(transaction, record.key);
  await keepConflict(transaction, {
    key: record.key,
    base: base === null ? null : JSON.stringify(base),
    mine: record.resource,
    theirs: theirs === null ? null : JSON.stringify(theirs),
  });
}

async function isHeldAgainstRestore(transaction: Transaction, key: string): Promise<boolean> {
  return (await transaction.all('SELECT 1 FROM epoch_checks WHERE key = ?', [key])).length > 0;
}

/** Whoever decides an open conflict sees what the other side says now. */
async function renewConflicts(transaction: Transaction, key: string, theirs: FhirResource): Promise<void> {
  await transaction.run('UPDATE conflicts SET theirs = ? WHERE key = ? AND decided = 0', [
    JSON.stringify(theirs),
    key,
  ]);
}

async function unsettledOn(transaction: Transaction, key: string): Promise<readonly OutboxRow[]> {
  return await transaction.all<OutboxRow>('SELECT * FROM outbox WHERE key = ? ORDER BY sequence', [key]);
}

async function readBase(transaction: Transaction, key: string): Promise<FhirResource | null> {
  const [row] = await transaction.all<{ resource: string }>('SELECT resource FROM bases WHERE key = ?', [
    key,
  ]);
  return row === undefined ? null : parseResource(row.resource);
}

async function writeBase(transaction: Transaction, key: string, resource: string): Promise<void> {
  await transaction.run('INSERT OR REPLACE INTO bases (key, resource) VALUES (?, ?)', [key, resource]);
}
