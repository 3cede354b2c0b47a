import type { FhirResource, ResourceKey } from '@fieldchart/clinical';
import type { Transaction } from '@fieldchart/encrypted-sqlite';
import { type Random, randomUuid } from '@fieldchart/foundation';
import { enqueue } from './enqueue.ts';
import { keepConflict } from './keepConflict.ts';
import { sameContent } from './merge.ts';
import { applyVersion } from './applyVersion.ts';
import { CONFLICT, parkEntry } from './parkEntry.ts';
import { putAhead } from './putAhead.ts';
import { readEntry } from './readEntry.ts';
import { reopenEntry } from './reopenEntry.ts';
import { isNewer, isSigned, type OutboxRow, parseResource } from './rows.ts';
import { countBlocked } from './sqlQueueIndex.ts';
import { touch, type Touched } from './touched.ts';
import { readRecord, writeRecord } from './writeRecord.ts';

/** A record held against a restored server: what is here, what is there, and our latest receipt on it. */
export type EpochFinding = {
  readonly key: ResourceKey;
  readonly found_version: string | null;
  readonly found_time: string | null;
  readonly found_resource: string | null;
  readonly version_id: string;
  readonly server_time: string | null;
  readonly resource: string;
  readonly mutation_id: string | null;
  readonly receipt_version: string | null;
  readonly author: string | null;
};

export interface EpochWork {
  readonly transaction: Transaction;
  readonly touched: Touched;
  readonly random: Random;
  readonly now: number;
}

/** `lacks`: the server has an older version, or none. Numbers are never given twice, so a newer one is newer. */
export function standingOf(finding: EpochFinding): 'same' | 'newer' | 'lacks' {
  const { found_version: versionId, found_time: serverTime, version_id, server_time } = finding;
  if (versionId === null || serverTime === null) return 'lacks';
  if (versionId === version_id && serverTime === server_time) return 'same';
  return isNewer({ versionId, serverTime }, { versionId: version_id, serverTime: server_time })
    ? 'newer'
    : 'lacks';
}

/** Newer than what we had acknowledged, and ours was the newest here: did its writer know of ours? */
export function isDoubt(finding: EpochFinding): boolean {
  return standingOf(finding) === 'newer' && finding.receipt_version === finding.version_id;
}

/** The server has not got ours: it has less, or `lacking` says that whoever wrote the newer version did not know of it. */
export function isLost(finding: EpochFinding, lacking: ReadonlySet<ResourceKey>): boolean {
  const standing = standingOf(finding);
  return standing === 'lacks' || (standing === 'newer' && lacking.has(finding.key));
}

/** Settles one unit of an epoch change: what was written together, or a record alone. */
export async function settleEpochUnit(
  work: EpochWork,
  unit: readonly EpochFinding[],
  lacking: ReadonlySet<ResourceKey>,
): Promise<void> {
  const { transaction, touched } = work;
  for (const { key } of unit) await transaction.run('DELETE FROM epoch_checks WHERE key = ?', [key]);
  const group = unit.length > 1 ? randomUuid(work.random) : null;
  const again: EpochFinding[] = [];
  const met: { readonly finding: EpochFinding; readonly ids: readonly string[] }[] = [];
  const unsettled: { readonly finding: EpochFinding; readonly entries: readonly OutboxRow[] }[] = [];
  for (const finding of unit) {
    const entries = await transaction.all<OutboxRow>('SELECT * FROM outbox WHERE key = ? ORDER BY sequence', [
      finding.key,
    ]);
    switch (standingOf(finding)) {
      case 'same':
        break;
      case 'newer':
        if (lacking.has(finding.key)) met.push({ finding, ids: await meet(work, finding, entries, group) });
        else await takeTheirs(work, finding);
        break;
      case 'lacks':
        if (entries.length > 0) unsettled.push({ finding, entries });
        else if (isOurs(finding)) again.push(finding);
        break;
    }
  }
  for (const { finding, entries } of unsettled) await standOn(work, finding, entries, group);
  if (again.length > 0) await queueAgain(work, again, group);
  for (const { finding, ids } of met) {
    for (const id of ids) await parkMet(work, finding, id);
  }
  for (const { key } of [...unsettled.map(({ finding }) => finding), ...again]) {
    const [entry] = await transaction.all<{ id: string }>(
      'SELECT id FROM outbox WHERE key = ? ORDER BY sequence LIMIT 1',
      [key],
    );
    if (entry !== undefined) await putAhead(transaction, touched, entry.id);
  }
  if (group !== null) await holdTogether(transaction, group);
}

/** O5, O6: what goes again may follow something that was refused; what travels with it then waits for a person, too. */
async function holdTogether(transaction: Transaction, group: string): Promise<void> {
  await transaction.run(
    `UPDATE outbox SET state = 'held' WHERE group_id = ? AND state = 'waiting'
       AND EXISTS (SELECT 1 FROM outbox other WHERE other.group_id = outbox.group_id AND other.state = 'held')`,
    [group],
  );
}

/** What others wrote and the server lacks is for them to send; so is a signed text of theirs over ours. */
function isOurs(finding: EpochFinding): boolean {
  if (finding.mutation_id === null) return false;
  if (finding.receipt_version === finding.version_id) return true;
  // Who sees a client is for a supervisor to say: their change of a care team is not ours to send, unless the client is
  // registered anew together with it.
  if (finding.key.startsWith('CareTeam/')) return finding.found_version === null;
  return !isSigned(parseResource(finding.resource));
}

async function takeTheirs({ transaction, touched }: EpochWork, finding: EpochFinding): Promise<void> {
  await applyVersion(transaction, touched, {
    kind: 'version',
    key: finding.key,
    versionId: finding.found_version ?? '',
    serverTime: finding.found_time ?? '',
    resource: foundIn(finding),
  });
}

/** Acknowledged work that the server lost, in one unit under the first ids: what it did keep has no second effect. */
async function queueAgain(
  { transaction, touched, random, now }: EpochWork,
  findings: readonly EpochFinding[],
  group: string | null,
): Promise<void> {
  for (const finding of findings) {
    await writeStanding(transaction, finding);
    await transaction.run('DELETE FROM receipts WHERE mutation_id = ?', [finding.mutation_id]);
  }
  await enqueue(transaction, touched, {
    changes: findings.map((finding) => ({
      mutationId:
        finding.mutation_id !== null && finding.receipt_version === finding.version_id
          ? finding.mutation_id
          : randomUuid(random),
      resource: parseResource(finding.resource),
      before: finding.found_resource,
      typing: false,
    })),
    author: findings[0]?.author ?? '',
    group,
    now,
  });
  for (const { key } of findings)
    touch(touched, key, (await readRecord(transaction, key))?.client_id ?? null);
}

/** Unsettled entries that derived from what the server lost stand on what it has now. */
async function standOn(
  work: EpochWork,
  finding: EpochFinding,
  entries: readonly OutboxRow[],
  group: string | null,
): Promise<void> {
  const { transaction } = work;
  const { key, found_resource: found } = finding;
  const [first] = entries;
  if (first === undefined) return;
  await writeStanding(transaction, finding);
  if (found === null) await transaction.run('DELETE FROM bases WHERE key = ?', [key]);
  else await transaction.run('INSERT OR REPLACE INTO bases (key, resource) VALUES (?, ?)', [key, found]);
  await transaction.run('UPDATE outbox SET kind = ? WHERE id = ?', [
    found === null ? 'create' : 'update',
    first.id,
  ]);
  if (group !== null && first.group_id === null && first.state !== 'parked') {
    await transaction.run(
      'UPDATE outbox SET group_id = ?, barrier = 1, draft = 0, ready_at = 0 WHERE id = ?',
      [group, first.id],
    );
    await countBlocked(transaction, [first.id]);
  }
  if (first.state === 'parked') await undoMootConflicts(work, finding, first.id);
}

/** What was in conflict with nothing but the restore goes again. Two texts that stand against each other are left to a person. */
async function undoMootConflicts(
  { transaction, touched, random }: EpochWork,
  { key, found_resource: found }: EpochFinding,
  entryId: string,
): Promise<void> {
  const record = await readRecord(transaction, key);
  const open = await transaction.all<{ id: number; mine: string; theirs: string | null }>(
    'SELECT id, mine, theirs FROM conflicts WHERE key = ? AND decided = 0',
    [key],
  );
  const moot = open.filter(
    ({ mine, theirs }) => isSame(theirs, found) && isSame(mine, record?.resource ?? null),
  );
  for (const { id } of moot) await transaction.run('UPDATE conflicts SET decided = 1 WHERE id = ?', [id]);
  const parked = await readEntry(transaction, entryId);
  if (moot.length === 0 || moot.length < open.length || parked === undefined) return;
  await reopenEntry(transaction, touched, parked, random);
}

function isSame(one: string | null, other: string | null): boolean {
  if (one === null || other === null) return one === other;
  return sameContent(parseResource(one), parseResource(other));
}

/**
 * Somebody who did not know of our acknowledged work wrote over where it was lost: a person decides (C1). Returns the entry
 * to be parked, if there is one.
 */
async function meet(
  work: EpochWork,
  finding: EpochFinding,
  entries: readonly OutboxRow[],
  group: string | null,
): Promise<readonly string[]> {
  const { transaction, touched, random, now } = work;
  const theirs = foundIn(finding);
  const mine = parseResource(finding.resource);
  if (theirs === null || sameContent(mine, theirs)) {
    await takeTheirs(work, finding);
    return [];
  }
  if (entries.length > 0) {
    // Without a base every difference is a conflict: what ours derived from is not in theirs.
    await transaction.run('DELETE FROM bases WHERE key = ?', [finding.key]);
    await takeTheirs(work, finding);
    return [];
  }
  await keepConflict(transaction, {
    key: finding.key,
    base: null,
    mine: finding.resource,
    theirs: finding.found_resource,
  });
  return await enqueue(transaction, touched, {
    changes: [
      { mutationId: randomUuid(random), resource: mine, before: finding.found_resource, typing: false },
    ],
    author: finding.author ?? '',
    group,
    now,
  });
}

/** Parks what met another text. The server's stands meanwhile, unless ours alone is signed (C2). */
async function parkMet(
  { transaction, touched }: EpochWork,
  finding: EpochFinding,
  id: string,
): Promise<void> {
  const theirs = foundIn(finding);
  const mine = parseResource(finding.resource);
  const [entry, record] = [await readEntry(transaction, id), await readRecord(transaction, finding.key)];
  if (theirs === null || entry === undefined || record === undefined) return;
  await parkEntry(transaction, touched, entry, CONFLICT);
  // Of what is signed there no text goes on from here: the record was the entry's body until now.
  if (isSigned(theirs))
    await transaction.run('UPDATE outbox SET body = ? WHERE id = ?', [finding.resource, id]);
  await writeRecord(transaction, touched, {
    key: finding.key,
    resource: isSigned(mine) && !isSigned(theirs) ? mine : theirs,
    revision: record.revision + 1,
    versionId: finding.found_version,
    serverTime: finding.found_time,
  });
}

async function writeStanding(transaction: Transaction, finding: EpochFinding): Promise<void> {
  await transaction.run('UPDATE records SET version_id = ?, server_time = ? WHERE key = ?', [
    finding.found_version,
    finding.found_time,
    finding.key,
  ]);
}

function foundIn(finding: EpochFinding): FhirResource | null {
  return finding.found_resource === null ? null : parseResource(finding.found_resource);
}
