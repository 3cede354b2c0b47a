import type { FhirResource } from '@fieldchart/clinical';
import type { Database, Transaction } from '@fieldchart/encrypted-sqlite';
import { countFollowers, decide, explain } from '@fieldchart/smart-queue';
import type { Attention, AttentionChoice, AttentionItem } from './attention.ts';
import { IS_LEAVING, isLeaving } from './leaving.ts';
import { carriesSignature, groupOf, signedNoteAmong } from './mending.ts';
import { readEntry } from './readEntry.ts';
import type { Conflict } from './recordStore.ts';
import { bodyOf, isSigned, type OutboxRow, parseResource, rowToEntry } from './rows.ts';
import { sqlQueueIndex } from './sqlQueueIndex.ts';
import { readRecord } from './writeRecord.ts';

type Lists = Pick<Attention, 'listAttention' | 'attention' | 'explainEntry' | 'exportUnit'>;

/** What a person reads of a group stands for it: a note, a consent, a client; never a signature or a care team. */
const READABLE = ['Composition/', 'Consent/', 'Patient/', 'Encounter/'];

/** The questions about what needs a person. */
export function createAttentionLists({ database }: { readonly database: Database }): Lists {
  return {
    listAttention: async (limit) =>
      await database.transaction(async (transaction) => {
        const rows = await transaction.all<OutboxRow>(
          `SELECT o.* FROM outbox o WHERE o.state = 'parked' AND ${IS_LEAVING} IS NOT TRUE ORDER BY o.sequence`,
        );
        const items: AttentionItem[] = [];
        const groups = new Set<string>();
        for (const row of rows) {
          if (items.length === limit) break;
          if (row.group_id !== null && groups.has(row.group_id)) continue;
          if (row.group_id !== null) groups.add(row.group_id);
          items.push(await toItem(transaction, await faceOf(transaction, row)));
        }
        return items;
      }),

    attention: async (mutationId) =>
      await database.transaction(async (transaction) => {
        const row = await readEntry(transaction, mutationId);
        const record = row === undefined ? undefined : await readRecord(transaction, row.key);
        if (row?.state !== 'parked' || record === undefined) return undefined;
        if (await isLeaving(transaction, row.client_id)) return undefined;
        const item = await toItem(transaction, row);
        const conflict = (await openConflicts(transaction, row.key)).at(-1) ?? null;
        return {
          ...item,
          body: parseResource(bodyOf(row, record)),
          standing: parseResource(record.resource),
          revision: record.revision,
          conflict,
          choices: await choicesFor(transaction, row, conflict),
        };
      }),

    explainEntry: async (mutationId) =>
      await database.transaction(async (transaction) => {
        const row = await readEntry(transaction, mutationId);
        if (row === undefined) return undefined;
        const { why, because, edits, apart } = await decide(
          explain(rowToEntry(row)),
          sqlQueueIndex(transaction),
        );
        if (why !== 'attempted' && (await isLeaving(transaction, row.client_id)))
          return { why: 'leaving', because: [], edits, apart };
        const keys = [...new Set(because.map(({ resource }) => resource))];
        // The queue does not know that somebody is still typing.
        return { why: why === 'ready' && row.draft === 1 ? 'draft' : why, because: keys, edits, apart };
      }),

    exportUnit: async (mutationId) =>
      await database.transaction(async (transaction) => {
        const row = await readEntry(transaction, mutationId);
        if (row === undefined) return undefined;
        const members = await groupOf(transaction, row);
        const entries = [];
        const conflicts: Conflict[] = [];
        for (const member of members) {
          const record = await readRecord(transaction, member.key);
          if (record === undefined) continue;
          const { id, key, kind, state, author } = member;
          entries.push({
            mutationId: id,
            key,
            kind,
            state,
            author,
            resource: parseResource(bodyOf(member, record)),
          });
          conflicts.push(...(await openConflicts(transaction, key)));
        }
        return { reason: reasonOf(row), entries, conflicts };
      }),
  };
}

async function faceOf(transaction: Transaction, row: OutboxRow): Promise<OutboxRow> {
  const members = await groupOf(transaction, row);
  for (const prefix of READABLE) {
    const face = members.find(({ key }) => key.startsWith(prefix));
    if (face !== undefined) return face;
  }
  return row;
}

async function toItem(transaction: Transaction, row: OutboxRow): Promise<AttentionItem> {
  const [client] = await transaction.all<{ name: string }>('SELECT name FROM clients WHERE client_id = ?', [
    row.client_id,
  ]);
  return {
    mutationId: row.id,
    key: row.key,
    kind: row.kind,
    clientId: row.client_id,
    clientName: client?.name ?? null,
    reason: reasonOf(row),
    inConflict: (await openConflicts(transaction, row.key)).length > 0,
    holds: await decide(countFollowers(rowToEntry(row)), sqlQueueIndex(transaction)),
  };
}

async function choicesFor(
  transaction: Transaction,
  row: OutboxRow,
  conflict: Conflict | null,
): Promise<readonly AttentionChoice[]> {
  // Over what is signed at the server no other text goes (C2).
  if (conflict !== null && conflict.theirs !== null && isSigned(conflict.theirs)) return ['keep-theirs'];
  const note = await signedNoteAmong(transaction, await groupOf(transaction, row));
  if (await carriesSignature(transaction, row)) {
    return note === undefined ? ['resend'] : ['resend', 'return-to-draft'];
  }
  // Signed, and its signature is not with it: no server takes it so.
  if (note !== undefined) return ['return-to-draft'];
  if (conflict === null) return ['mend', 'resend'];
  // Gone on the server: there is nothing to decide between.
  return conflict.theirs === null ? ['resend'] : ['decide'];
}

async function openConflicts(transaction: Transaction, key: string): Promise<readonly Conflict[]> {
  const rows = await transaction.all<{ base: string | null; mine: string; theirs: string | null }>(
    'SELECT base, mine, theirs FROM conflicts WHERE key = ? AND decided = 0 ORDER BY id',
    [key],
  );
  const parsed = (json: string | null): FhirResource | null => (json === null ? null : parseResource(json));
  return rows.map(({ base, mine, theirs }) => ({
    base: parsed(base),
    mine: parseResource(mine),
    theirs: parsed(theirs),
  }));
}

function reasonOf(row: OutboxRow) {
  return { code: row.reason_code ?? '', text: row.reason_text ?? '' };
}
