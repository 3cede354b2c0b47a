import type { Transaction } from '@fieldchart/encrypted-sqlite';
import { type Random, randomUuid } from '@fieldchart/foundation';
import { applyVersion } from './applyVersion.ts';
import { enqueue } from './enqueue.ts';
import { type EpochFinding, foundIn } from './epochFinding.ts';
import { keepConflict } from './keepConflict.ts';
import { sameContent } from './merge.ts';
import { CONFLICT, parkEntry } from './parkEntry.ts';
import { readEntry } from './readEntry.ts';
import { reopenEntry } from './reopenEntry.ts';
import { isSigned, type OutboxRow, parseResource } from './rows.ts';
import type { Touched } from './touched.ts';
import { readRecord, writeRecord } from './writeRecord.ts';

// What a restore sets against each other: our acknowledged text and what was written where it was lost.

export interface EpochWork {
  readonly transaction: Transaction;
  readonly touched: Touched;
  readonly random: Random;
  readonly now: number;
}

export async function takeTheirs({ transaction, touched }: EpochWork, finding: EpochFinding): Promise<void> {
  await applyVersion(transaction, touched, {
    kind: 'version',
    key: finding.key,
    versionId: finding.found_version ?? '',
    serverTime: finding.found_time ?? '',
    resource: foundIn(finding),
  });
}

/** What was in conflict with nothing but the restore goes again. Two texts that stand against each other are left to a person. */
export async function undoMootConflicts(
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
export async function meet(
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
export async function parkMet(
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
