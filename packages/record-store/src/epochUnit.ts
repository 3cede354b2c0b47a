import type { ResourceKey } from '@fieldchart/clinical';
import type { Transaction } from '@fieldchart/encrypted-sqlite';
import { randomUuid } from '@fieldchart/foundation';
import { enqueue } from './enqueue.ts';
import { type EpochWork, meet, parkMet, takeTheirs, undoMootConflicts } from './epochConflict.ts';
import { type EpochFinding, standingOf } from './epochFinding.ts';
import { putAhead } from './putAhead.ts';
import { isSigned, type OutboxRow, parseResource } from './rows.ts';
import { countBlocked } from './sqlQueueIndex.ts';
import { touch } from './touched.ts';
import { readRecord } from './writeRecord.ts';

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

async function writeStanding(transaction: Transaction, finding: EpochFinding): Promise<void> {
  await transaction.run('UPDATE records SET version_id = ?, server_time = ? WHERE key = ?', [
    finding.found_version,
    finding.found_time,
    finding.key,
  ]);
}
