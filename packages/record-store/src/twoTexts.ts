import type { FhirResource } from '@fieldchart/clinical';
import type { Transaction } from '@fieldchart/encrypted-sqlite';
import type { Random } from '@fieldchart/foundation';
import { unsettledOn } from './acknowledge.ts';
import { readBase, writeBase } from './bases.ts';
import { keepConflict } from './keepConflict.ts';
import { mergeResources, sameContent } from './merge.ts';
import { CONFLICT, parkEntry } from './parkEntry.ts';
import { readEntry } from './readEntry.ts';
import type { PulledResource, PulledVersion, ServerVersion } from './recordStore.ts';
import { reopenEntry } from './reopenEntry.ts';
import { isSigned, type OutboxRow, parseResource, type RecordRow } from './rows.ts';
import { touch, type Touched } from './touched.ts';
import { readRecord, writeRecord } from './writeRecord.ts';

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

/** A newer version meets edits of ours that were not sent yet (C1, C2). */
export async function reconcile(
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
  await standOn(transaction, record.key, theirs.resource);
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
  await standOn(transaction, record.key, theirs.resource);
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

/** Ours derives from theirs from now on, and whoever decides an open conflict sees what the other side says now. */
async function standOn(transaction: Transaction, key: string, theirs: FhirResource): Promise<void> {
  const text = JSON.stringify(theirs);
  await writeBase(transaction, key, text);
  await transaction.run('UPDATE conflicts SET theirs = ? WHERE key = ? AND decided = 0', [text, key]);
}
