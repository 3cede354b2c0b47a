import type { ResourceKey } from '@fieldchart/clinical';
import type { Transaction } from '@fieldchart/encrypted-sqlite';
import { type Random, randomUuid, toInstant } from '@fieldchart/foundation';
import { exportUnsent, isNothing, type UnsentWork } from './exportUnsent.ts';
import { removeEntry } from './acknowledge.ts';
import { LATEST } from './enqueue.ts';
import { readEntry } from './readEntry.ts';
import type { ChangeDeps } from './recordChange.ts';
import type { Batch, BatchEntry } from './recordStore.ts';
import { bodyOf, type OutboxRow, type RecordRow } from './rows.ts';
import { createTouched, touch, type Touched } from './touched.ts';
import { deleteRecord, readRecord } from './writeRecord.ts';

/** What still waits for a client who left the caseload: it is handed over before their data is erased (D3, S3). */
export interface LateWork {
  /**
   * Units for the review inbox, in order, groups whole. `typing`: somebody still writes about the client, and nothing
   * is handed over under their hands. Units with an open conflict are not among them: they are sealed. That an entry
   * is submitted is durable before this resolves; one that was edited since it was last submitted has a new id (O4).
   */
  lateWork(clientId: string): Promise<'typing' | readonly Batch[]>;
  /**
   * The server has these entries as they were last submitted: each is settled here, unless it was edited since, all in
   * one commit, so that of a group never a part is (O6).
   */
  handedOver(taken: readonly TakenOver[]): Promise<void>;
  /** What the inbox did not take and nobody else has, texts that were set aside included, to be sealed for rescue. */
  unsentOf(clientId: string): Promise<UnsentWork>;
  /**
   * Erases a client's data. `waiting`, and nothing erased, while something is unsent that `sealed`, the work whose
   * sealed upload was acknowledged, does not hold.
   */
  eraseClient(clientId: string, sealed?: SealedUnsent): Promise<'erased' | 'waiting'>;
  /** Where late work went, newest first: what the user may ask the supervisor for. */
  recentHandovers(limit: number): Promise<readonly Handover[]>;
}

/** `arrived`: before access was lost. `review`: a supervisor looks at it. `sealed`: only rescue opens it. */
export type HandoverWay = 'arrived' | 'review' | 'sealed';

export interface HandoverReceipt {
  readonly way: HandoverWay;
  /** Names the server's copy: the version, the item's id, or the hash of the sealed text. */
  readonly receipt: string;
  /** Instant, from the server's clock where it says one. */
  readonly at: string;
}

export interface TakenOver {
  readonly mutationId: string;
  readonly receipt: HandoverReceipt;
}

/** One change that was handed over. Of the client it says nothing: their record has left this device. */
export interface Handover extends HandoverReceipt {
  readonly mutationId: string;
  readonly resourceType: string;
}

export interface SealedUnsent {
  readonly work: UnsentWork;
  /** SHA-256 of the sealed text, as the server's receipt names it. */
  readonly sha256: string;
}

export function createLateWork({ database, clock, random, announcer }: ChangeDeps): LateWork {
  return {
    lateWork: async (clientId) =>
      await database.transaction(async (transaction) => {
        const now = clock.now();
        // Ready later than any draft can be it was stamped before the clock went back: nobody types.
        const [typing] = await transaction.all(
          'SELECT 1 FROM outbox WHERE client_id = ? AND draft = 1 AND ready_at > ? AND ready_at <= ? LIMIT 1',
          [clientId, now, now + LATEST],
        );
        if (typing !== undefined) return 'typing';
        const rows = await transaction.all<OutboxRow>(
          `SELECT * FROM outbox WHERE client_id = ?
             AND key NOT IN (SELECT key FROM conflicts WHERE decided = 0) ORDER BY sequence`,
          [clientId],
        );
        return await toUnits(transaction, await submit(transaction, rows, random));
      }),

    async handedOver(taken) {
      const touched = createTouched();
      await database.transaction(async (transaction) => {
        for (const one of taken) await settleTaken(transaction, touched, one, random);
      });
      announcer.announce(touched);
    },

    unsentOf: async (clientId) => await exportUnsent(database, clientId),

    async eraseClient(clientId, sealed) {
      const touched = createTouched();
      const outcome = await database.transaction(async (transaction) => {
        const unsent = await exportUnsent(transaction, clientId);
        if (!isNothing(unsent) && JSON.stringify(unsent) !== JSON.stringify(sealed?.work)) return 'waiting';
        const rows = await transaction.all<OutboxRow>('SELECT * FROM outbox WHERE client_id = ?', [clientId]);
        for (const row of rows) {
          const at = toInstant(clock.now());
          await writeHandover(transaction, row, { way: 'sealed', receipt: sealed?.sha256 ?? '', at });
          await removeEntry(transaction, row.id);
        }
        const records = await transaction.all<RecordRow>('SELECT * FROM records WHERE client_id = ?', [
          clientId,
        ]);
        for (const record of records) await deleteRecord(transaction, touched, record);
        for (const table of [
          'receipts',
          'superseded',
          'clients_to_erase',
          'aged_out',
          'fetched_back',
          'clients_to_age',
        ]) {
          await transaction.run(`DELETE FROM ${table} WHERE client_id = ?`, [clientId]);
        }
        touched.outbox = true;
        return 'erased';
      });
      if (outcome === 'erased') announcer.announce(touched);
      return outcome;
    },

    async recentHandovers(limit) {
      const rows = await database.all<{
        mutation_id: string;
        type: string;
        way: HandoverWay;
        receipt: string;
        at: string;
      }>('SELECT mutation_id, type, way, receipt, at FROM handovers ORDER BY id DESC LIMIT ?', [limit]);
      return rows.map(({ mutation_id: mutationId, type: resourceType, ...rest }) => ({
        mutationId,
        resourceType,
        ...rest,
      }));
    },
  };
}

async function settleTaken(
  transaction: Transaction,
  touched: Touched,
  { mutationId, receipt }: TakenOver,
  random: Random,
): Promise<void> {
  const row = await readEntry(transaction, mutationId);
  if (row === undefined) return;
  await writeHandover(transaction, row, receipt);
  await transaction.run('INSERT OR IGNORE INTO under_review (key) VALUES (?)', [row.key]);
  // The newest text is out of our hands: a restore has nothing left to say of what it derived from.
  await transaction.run('DELETE FROM epoch_checks WHERE key = ?', [row.key]);
  const record = await readRecord(transaction, row.key);
  const edited = record !== undefined && row.submitted !== null && bodyOf(row, record) !== row.submitted;
  if (edited) await renameEntry(transaction, mutationId, random);
  else await removeEntry(transaction, mutationId);
  touch(touched, row.key, row.client_id);
  touched.outbox = true;
}

/** Writes down what is about to be submitted, so that a retry submits the same or goes under another id. */
async function submit(
  transaction: Transaction,
  rows: readonly OutboxRow[],
  random: Random,
): Promise<readonly OutboxRow[]> {
  const submitted: OutboxRow[] = [];
  for (const row of rows) {
    const record = await readRecord(transaction, row.key);
    if (record === undefined) continue;
    const body = bodyOf(row, record);
    const edited = row.submitted !== null && row.submitted !== body;
    const id = edited ? await renameEntry(transaction, row.id, random) : row.id;
    await transaction.run('UPDATE outbox SET submitted = ? WHERE id = ?', [body, id]);
    submitted.push({ ...row, id });
  }
  return submitted;
}

/** The server may hold an earlier text under the first id. */
async function renameEntry(transaction: Transaction, id: string, random: Random): Promise<string> {
  const fresh = randomUuid(random);
  await transaction.run('UPDATE outbox SET id = ?, submitted = NULL WHERE id = ?', [fresh, id]);
  await transaction.run('UPDATE needs SET entry = ? WHERE entry = ?', [fresh, id]);
  await transaction.run('UPDATE needs SET needed = ? WHERE needed = ?', [fresh, id]);
  return fresh;
}

async function writeHandover(
  transaction: Transaction,
  row: OutboxRow,
  receipt: HandoverReceipt,
): Promise<void> {
  await transaction.run(
    'INSERT OR REPLACE INTO handovers (mutation_id, type, way, receipt, at) VALUES (?, ?, ?, ?, ?)',
    [row.id, row.key.slice(0, row.key.indexOf('/')), receipt.way, receipt.receipt, receipt.at],
  );
}

/** Groups whole; entries alone in one batch for as long as no resource would stand twice in it. */
async function toUnits(transaction: Transaction, rows: readonly OutboxRow[]): Promise<readonly Batch[]> {
  const units: { id: string; kind: Batch['kind']; entries: BatchEntry[] }[] = [];
  const underReview = await transaction.all<{ key: ResourceKey }>('SELECT key FROM under_review');
  const seen = new Set(underReview.map(({ key }) => key));
  for (const row of rows) {
    const record = await readRecord(transaction, row.key);
    if (record === undefined) continue;
    const entry = toLateEntry(row, record, seen.has(row.key));
    seen.add(row.key);
    const open = units.at(-1);
    const id = row.group_id ?? row.id;
    const group = units.find((unit) => unit.kind === 'transaction' && unit.id === id);
    if (group !== undefined) group.entries.push(entry);
    else if (row.group_id !== null) units.push({ id, kind: 'transaction', entries: [entry] });
    else if (
      open?.kind === 'batch' &&
      open.entries.length < 100 &&
      !open.entries.some(({ key }) => key === row.key)
    )
      open.entries.push(entry);
    else units.push({ id, kind: 'batch', entries: [entry] });
  }
  return units;
}

/** What was attempted goes as it was; what follows another one under review names no version. */
function toLateEntry(row: OutboxRow, record: RecordRow, follows: boolean): BatchEntry {
  const ifMatch = row.state === 'attempted' ? row.if_match : follows ? null : record.version_id;
  return {
    mutationId: row.id,
    key: row.key,
    kind: row.kind,
    body: bodyOf(row, record),
    ifMatch: row.kind === 'create' ? null : ifMatch,
  };
}
