import type { Transaction } from '@fieldchart/encrypted-sqlite';
import { randomUuid } from '@fieldchart/foundation';
import { type Candidate, planBatch } from '@fieldchart/smart-queue';
import { LATEST } from './enqueue.ts';
import { acknowledgeEntry } from './acknowledge.ts';
import { applySetAside } from './applyVersion.ts';
import { conflictWith } from './twoTexts.ts';
import { IS_LEAVING } from './leaving.ts';
import { parkEntry } from './parkEntry.ts';
import { readEntry } from './readEntry.ts';
import type { ChangeDeps } from './recordChange.ts';
import type {
  Arrived,
  Batch,
  BatchEntry,
  BatchLimits,
  ParkReason,
  PulledResource,
  RecordStore,
} from './recordStore.ts';
import { type OutboxRow, rowToEntry } from './rows.ts';
import { createTouched, touch, type Touched } from './touched.ts';

type Push = Pick<RecordStore, 'nextBatch' | 'nextReadyAt' | 'acknowledge' | 'park' | 'conflict'>;
type SizedRow = OutboxRow & { readonly size: number };

/** The half of the store that sends: attempts and their outcomes. */
export function createPush({ database, clock, random, announcer }: ChangeDeps): Push {
  const commit = async <T>(work: (transaction: Transaction, touched: Touched) => Promise<T>): Promise<T> => {
    const touched = createTouched();
    const result = await database.transaction(async (transaction) => await work(transaction, touched));
    announcer.announce(touched);
    return result;
  };

  return {
    async nextBatch(limits: BatchLimits): Promise<Batch | undefined> {
      return await commit(async (transaction, touched) => {
        const open = await attemptedBatch(transaction, limits.skip ?? new Set());
        if (open !== undefined) return open;
        const candidates = await readyCandidates(transaction, clock.now(), limits.entries);
        const plan = planBatch(candidates, limits);
        if (plan === undefined) return undefined;
        const batchId = randomUuid(random);
        for (const id of plan.ids) await attempt(transaction, touched, id, batchId);
        return await attemptedBatch(transaction, limits.skip ?? new Set());
      });
    },

    async nextReadyAt(): Promise<number | undefined> {
      const [row] = await database.all<{ at: number | null }>(
        `SELECT min(ready_at) AS at FROM outbox o WHERE draft = 1 AND state = 'waiting' AND blocked = 0 AND ${STAYING}`,
      );
      return row?.at ?? undefined;
    },

    async acknowledge(arrived: readonly Arrived[]): Promise<void> {
      await commit(async (transaction, touched) => {
        const keys = [];
        for (const { mutationId, version } of arrived) {
          const row = await readEntry(transaction, mutationId);
          if (row?.state !== 'attempted') continue;
          await acknowledgeEntry(transaction, touched, row, version);
          keys.push(row.key);
        }
        for (const key of keys) await applySetAside(transaction, touched, key);
      });
    },

    async park(mutationId: string, reason: ParkReason): Promise<void> {
      await commit(async (transaction, touched) => {
        const row = await readEntry(transaction, mutationId);
        if (row?.state !== 'attempted') return;
        const keys = await keysOfUnit(transaction, row);
        await parkEntry(transaction, touched, row, reason);
        for (const key of keys) await applySetAside(transaction, touched, key);
      });
    },

    async conflict(mutationId: string, theirs: PulledResource | null): Promise<void> {
      await commit(async (transaction, touched) => {
        const row = await readEntry(transaction, mutationId);
        if (row?.state !== 'attempted') return;
        const keys = await keysOfUnit(transaction, row);
        await conflictWith(transaction, touched, { row, theirs, random });
        for (const key of keys) await applySetAside(transaction, touched, key);
      });
    },
  };
}

/** What was attempted earlier and has no outcome yet: the oldest bundle, as it was. */
async function attemptedBatch(
  transaction: Transaction,
  skip: ReadonlySet<string>,
): Promise<Batch | undefined> {
  const open = await transaction.all<OutboxRow>(
    "SELECT * FROM outbox WHERE state = 'attempted' ORDER BY sequence",
  );
  // A group of which one member backs off waits whole (O6).
  const resting = new Set(open.filter(({ id }) => skip.has(id)).map(({ group_id: group }) => group));
  const rows = open.filter(
    ({ id, group_id: group }) => !skip.has(id) && (group === null || !resting.has(group)),
  );
  const batchId = rows[0]?.batch_id ?? null;
  if (batchId === null) return undefined;
  const members = rows.filter((row) => row.batch_id === batchId);
  return {
    id: batchId,
    kind: members[0]?.group_id === null ? 'batch' : 'transaction',
    entries: members.map(toBatchEntry),
  };
}

function toBatchEntry(row: OutboxRow): BatchEntry {
  return {
    mutationId: row.id,
    key: row.key,
    kind: row.kind,
    body: row.body ?? '',
    ifMatch: row.if_match,
  };
}

/** What waits for a client who is leaving is handed over (S3): sent, it would be judged by an access that has ended. */
const STAYING = `${IS_LEAVING} IS NOT TRUE`;
const SIZED = 'SELECT o.*, length(coalesce(o.body, r.resource)) AS size FROM outbox o';
const RECORD = 'JOIN records r ON r.key = o.key';

/** Entries that may be sent now, oldest first; a group with all its members. */
async function readyCandidates(
  transaction: Transaction,
  now: number,
  limit: number,
): Promise<readonly Candidate[]> {
  // A draft that seems to be ready later than any draft can be was stamped before the clock went back.
  const rows = await transaction.all<SizedRow>(
    // Named, since by its statistics SQLite may prefer to read everything that waits.
    `${SIZED} INDEXED BY outbox_next ${RECORD} WHERE o.state = 'waiting' AND o.blocked = 0
       AND (o.draft = 0 OR o.ready_at <= ? OR o.ready_at > ?)
       AND ${STAYING}
     ORDER BY o.sequence LIMIT ?`,
    [now, now + LATEST, Math.max(1, limit)],
  );
  const group = rows[0]?.group_id ?? null;
  const chosen =
    group === null
      ? rows
      : await transaction.all<SizedRow>(`${SIZED} ${RECORD} WHERE o.group_id = ? ORDER BY o.sequence`, [
          group,
        ]);
  return chosen.map((row) => ({ entry: rowToEntry(row), size: row.size }));
}

/** Freezes what will be sent: from now on the entry's bytes and its If-Match never change (O4). */
async function attempt(
  transaction: Transaction,
  touched: Touched,
  id: string,
  batchId: string,
): Promise<void> {
  await transaction.run(
    `UPDATE outbox SET state = 'attempted', batch_id = ?, draft = 0,
       body = coalesce(body, (SELECT resource FROM records r WHERE r.key = outbox.key)),
       if_match = CASE WHEN kind = 'create' THEN NULL
         ELSE (SELECT version_id FROM records r WHERE r.key = outbox.key) END
     WHERE id = ? AND state = 'waiting'`,
    [batchId, id],
  );
  const row = await readEntry(transaction, id);
  if (row !== undefined) touch(touched, row.key, row.client_id);
  touched.outbox = true;
}

async function keysOfUnit(transaction: Transaction, row: OutboxRow): Promise<readonly string[]> {
  if (row.group_id === null) return [row.key];
  const rows = await transaction.all<{ key: string }>('SELECT key FROM outbox WHERE group_id = ?', [
    row.group_id,
  ]);
  return rows.map(({ key }) => key);
}
