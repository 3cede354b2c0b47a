import { type Composition, draftOfNote, type FhirResource, resourceKey } from '@fieldchart/clinical';
import type { Transaction } from '@fieldchart/encrypted-sqlite';
import { CodedError } from '@fieldchart/foundation';
import { decide, decideReopen } from '@fieldchart/smart-queue';
import type { Attention, Mended, SettledText } from './attention.ts';
import { mergeResources } from './merge.ts';
import { readEntry } from './readEntry.ts';
import type { ChangeDeps } from './recordChange.ts';
import type { RecordStoreErrorCode } from './recordStore.ts';
import { removeEntry } from './acknowledge.ts';
import { reopenEntry } from './reopenEntry.ts';
import { countBlocked, sqlQueueIndex } from './sqlQueueIndex.ts';
import { bodyOf, isSigned, type OutboxRow, parseResource, type RecordRow, rowToEntry } from './rows.ts';
import { createTouched, touch, type Touched } from './touched.ts';
import { readRecord, writeRecord } from './writeRecord.ts';

type Mending = Pick<Attention, 'resend' | 'mend' | 'decideConflict' | 'returnToDraft' | 'keepTheirs'>;

interface Work {
  readonly transaction: Transaction;
  readonly touched: Touched;
  readonly row: OutboxRow;
  readonly record: RecordRow;
}

/** The half of the store by which a person settles what the server refused (O5, C1, C2). */
export function createMending({ database, clock, random, announcer }: ChangeDeps): Mending {
  const settle = async <T>(mutationId: string, work: (work: Work) => Promise<T>): Promise<T> => {
    const touched = createTouched();
    const result = await database.transaction(async (transaction) => {
      const row = await readEntry(transaction, mutationId);
      const record = row === undefined ? undefined : await readRecord(transaction, row.key);
      if (row?.state !== 'parked' || record === undefined) {
        throw refusal('STORE_NOT_PARKED', 'What was to be settled is settled, or is being sent');
      }
      return await work({ transaction, touched, row, record });
    });
    announcer.announce(touched);
    return result;
  };

  /** The text stays on the device: no one can find it again on the server. */
  const supersede = async ({ transaction }: Work, record: RecordRow, resource: string) => {
    await transaction.run('INSERT INTO superseded (key, client_id, at, resource) VALUES (?, ?, ?, ?)', [
      record.key,
      record.client_id,
      clock.now(),
      resource,
    ]);
  };

  /** Writes what an entry shall send: into the record if that is its body, else into its copy. */
  const writeBody = async (work: Work, row: OutboxRow, resource: FhirResource): Promise<void> => {
    const { transaction, touched } = work;
    if (row.body !== null) {
      await transaction.run('UPDATE outbox SET body = ? WHERE id = ?', [JSON.stringify(resource), row.id]);
      return;
    }
    const record = await readRecord(transaction, row.key);
    if (record === undefined) return;
    await writeRecord(transaction, touched, {
      key: row.key,
      resource,
      revision: record.revision + 1,
      versionId: record.version_id,
      serverTime: record.server_time,
    });
  };

  /** A member of a group whose note is not sent: a signature goes with it, anything else goes on alone. */
  const leaveGroup = async (work: Work, member: OutboxRow): Promise<void> => {
    const { transaction, touched } = work;
    const record = await readRecord(transaction, member.key);
    if (record === undefined) return;
    if (member.key.startsWith('Provenance/') && member.kind === 'create') {
      await supersede(work, record, record.resource);
      await removeEntry(transaction, member.id);
      await transaction.run('DELETE FROM records WHERE key = ?', [member.key]);
      touch(touched, member.key, record.client_id);
      return;
    }
    await transaction.run('UPDATE outbox SET group_id = NULL, barrier = 0 WHERE id = ?', [member.id]);
    const alone = await readEntry(transaction, member.id);
    if (alone?.state === 'parked') await reopenEntry(transaction, touched, alone, random);
  };

  /** Dissolves the group of a signed note: the note is a draft again, its signature is kept aside. */
  const withdrawSignature = async (work: Work, note: OutboxRow): Promise<void> => {
    const { transaction, touched } = work;
    const members = await groupOf(transaction, note);
    for (const member of members) {
      const record = await readRecord(transaction, member.key);
      if (record === undefined) continue;
      if (member.id === note.id) {
        const signed = parseResource(bodyOf(member, record)) as Composition;
        await supersede(work, record, JSON.stringify(signed));
        await writeBody(work, member, draftOfNote(signed));
      } else if (member.kind === 'create') {
        // It says something of the signed text only: it goes with the signature.
        await supersede(work, record, record.resource);
        await transaction.run('DELETE FROM needs WHERE entry = ? OR needed = ?', [member.id, member.id]);
        await transaction.run('DELETE FROM outbox WHERE id = ?', [member.id]);
        await transaction.run('DELETE FROM records WHERE key = ?', [member.key]);
        touch(touched, member.key, record.client_id);
      }
    }
    await transaction.run('UPDATE outbox SET group_id = NULL, barrier = 0 WHERE group_id = ?', [
      note.group_id,
    ]);
  };

  /** Carries a settled text into the edits made after it. Says whether a signature had to be taken back. */
  const carryOver = async (
    work: Work,
    later: readonly OutboxRow[],
    carried: (text: FhirResource) => FhirResource,
  ): Promise<boolean> => {
    let withdrawn = false;
    for (const row of later) {
      if (row.group_id !== null) {
        await withdrawSignature(work, row);
        withdrawn = true;
      }
      const record = await readRecord(work.transaction, row.key);
      if (record !== undefined) await writeBody(work, row, carried(parseResource(bodyOf(row, record))));
    }
    return withdrawn;
  };

  const settleText = async (work: Work, text: SettledText, decides: boolean): Promise<Mended> => {
    const { transaction, touched, row, record } = work;
    const refused = parseResource(bodyOf(row, record));
    const signed =
      isSigned(refused) ||
      isSigned(text.resource) ||
      (await carriesSignature(transaction, row)) ||
      (await isSignedThere(transaction, row.key));
    if (signed) {
      throw refusal('STORE_SIGNED', 'A signed text is never changed: it is returned to draft first');
    }
    if (resourceKey(text.resource) !== row.key || text.basedOn !== record.revision) {
      throw refusal('STORE_WRONG_BASE', 'The record has moved since it was shown');
    }
    const later = await transaction.all<OutboxRow>(
      'SELECT * FROM outbox WHERE key = ? AND sequence > ? ORDER BY sequence',
      [row.key, row.sequence],
    );
    await supersede(work, record, JSON.stringify(refused));
    await writeBody(work, row, text.resource);
    const signatureWithdrawn = await carryOver(work, later, (edited) =>
      // A decision was made on sight of the latest text. A mend was not: where both touch one field the later edit stands.
      decides ? text.resource : mergeResources(refused, text.resource, edited).resource,
    );
    // The person saw the latest conflict alone: an earlier one is shown next, and until then nothing is sent (C1).
    await transaction.run(
      'UPDATE conflicts SET decided = 1 WHERE id = (SELECT max(id) FROM conflicts WHERE key = ? AND decided = 0)',
      [row.key],
    );
    const open = await transaction.all('SELECT id FROM conflicts WHERE key = ? AND decided = 0 LIMIT 1', [
      row.key,
    ]);
    if (open.length === 0) await reopenEntry(transaction, touched, row, random);
    touch(touched, row.key, row.client_id);
    const after = await readRecord(transaction, row.key);
    return { key: row.key, revision: after?.revision ?? record.revision, signatureWithdrawn };
  };

  return {
    async resend(mutationId) {
      await settle(mutationId, async ({ transaction, touched, row }) => {
        for (const { key } of await groupOf(transaction, row)) {
          const open = await transaction.all<{ theirs: string | null }>(
            'SELECT theirs FROM conflicts WHERE key = ? AND decided = 0 ORDER BY id',
            [key],
          );
          if (await isSignedThere(transaction, key)) {
            throw refusal('STORE_SIGNED', 'Over what is signed at the server no other text goes');
          }
          const between = row.group_id === null && open.some(({ theirs }) => theirs !== null);
          if (between && open.at(-1)?.theirs !== null) {
            throw refusal('STORE_CONFLICT_OPEN', 'Two texts stand against each other: one is chosen first');
          }
          // What is gone on the server says nothing against ours. An earlier conflict has two texts, and is shown next.
          await transaction.run(
            `UPDATE conflicts SET decided = 1 WHERE key = ? ${between ? 'AND theirs IS NULL' : ''}`,
            [key],
          );
          touch(touched, key, row.client_id);
          if (between) return;
        }
        await reopenEntry(transaction, touched, row, random);
      });
    },

    mend: async (mutationId, text) =>
      await settle(mutationId, async (work) => await settleText(work, text, false)),

    decideConflict: async (mutationId, text) =>
      await settle(mutationId, async (work) => await settleText(work, text, true)),

    async returnToDraft(mutationId) {
      return await settle(mutationId, async (work) => {
        const { transaction, touched, row } = work;
        const members = await groupOf(transaction, row);
        const note = await signedNoteAmong(transaction, members);
        if (note === undefined) {
          throw refusal('STORE_NOT_A_NOTE', 'Only a signed note has a draft to return to');
        }
        if (await isSignedThere(transaction, note.key)) {
          throw refusal('STORE_SIGNED', 'Over what is signed at the server no other text goes');
        }
        await withdrawSignature(work, note);
        const draft = await readEntry(transaction, note.id);
        const open = await transaction.all('SELECT id FROM conflicts WHERE key = ? AND decided = 0 LIMIT 1', [
          note.key,
        ]);
        // With a conflict open the draft stays parked, to be decided like any other.
        if (draft !== undefined && open.length === 0) await reopenEntry(transaction, touched, draft, random);
        touched.outbox = true;
        const after = await readRecord(transaction, note.key);
        return { key: note.key, revision: after?.revision ?? 0, signatureWithdrawn: true };
      });
    },

    async keepTheirs(mutationId) {
      await settle(mutationId, async (work) => {
        const { transaction, touched, row, record } = work;
        if (!(await isSignedThere(transaction, row.key))) {
          throw refusal('STORE_CONFLICT_OPEN', 'What stands at the server is not signed: a text is chosen');
        }
        const { released } = await decide(decideReopen(rowToEntry(row)), sqlQueueIndex(transaction));
        const entries = await transaction.all<OutboxRow>(
          'SELECT * FROM outbox WHERE key = ? ORDER BY sequence',
          [row.key],
        );
        for (const entry of entries) {
          const members = await groupOf(transaction, entry);
          await supersede(work, record, bodyOf(entry, record));
          await removeEntry(transaction, entry.id);
          for (const member of members) {
            if (member.key !== row.key) await leaveGroup(work, member);
          }
        }
        await transaction.run('UPDATE conflicts SET decided = 1 WHERE key = ?', [row.key]);
        await transaction.run('DELETE FROM bases WHERE key = ?', [row.key]);
        for (const id of released) {
          await transaction.run("UPDATE outbox SET state = 'waiting' WHERE id = ? AND state = 'held'", [id]);
        }
        await countBlocked(transaction, released);
        touch(touched, row.key, row.client_id);
        touched.outbox = true;
      });
    },
  };
}

/** Whether the other side of the latest open conflict is signed: no text goes over it (C2). */
async function isSignedThere(transaction: Transaction, key: string): Promise<boolean> {
  const [open] = await transaction.all<{ theirs: string | null }>(
    'SELECT theirs FROM conflicts WHERE key = ? AND decided = 0 ORDER BY id DESC LIMIT 1',
    [key],
  );
  return open !== undefined && open.theirs !== null && isSigned(parseResource(open.theirs));
}

export async function groupOf(transaction: Transaction, row: OutboxRow): Promise<readonly OutboxRow[]> {
  return row.group_id === null
    ? [row]
    : await transaction.all<OutboxRow>('SELECT * FROM outbox WHERE group_id = ? ORDER BY sequence', [
        row.group_id,
      ]);
}

/** The signed note of a group: what a person reads of it, and what can be a draft again. */
export async function signedNoteAmong(
  transaction: Transaction,
  members: readonly OutboxRow[],
): Promise<OutboxRow | undefined> {
  for (const member of members) {
    const record = await readRecord(transaction, member.key);
    if (record === undefined || !member.key.startsWith('Composition/')) continue;
    if (isSigned(parseResource(bodyOf(member, record)))) return member;
  }
  return undefined;
}

/** Whether a Provenance travels with the entry: what it signs must not change under it. */
export async function carriesSignature(transaction: Transaction, row: OutboxRow): Promise<boolean> {
  return (await groupOf(transaction, row)).some(({ key }) => key.startsWith('Provenance/'));
}

function refusal(code: RecordStoreErrorCode, message: string): CodedError<RecordStoreErrorCode> {
  return new CodedError(code, message);
}
