import { type FhirResource, referencesOf, type ResourceKey, resourceKey } from '@fieldchart/clinical';
import type { Database, Statement, Transaction } from '@fieldchart/encrypted-sqlite';
import { type Clock, CodedError, isCodedError, type Random, randomUuid } from '@fieldchart/foundation';
import { foldGroup } from '@fieldchart/smart-queue';
import { enqueue, LATEST, PAUSE } from './enqueue.ts';
import { mergeResources, sameContent } from './merge.ts';
import { keepConflict } from './keepConflict.ts';
import { CONFLICT, parkEntry } from './parkEntry.ts';
import { readEntry } from './readEntry.ts';
import type { RecentContents } from './recentContents.ts';
import type { Change, ChangeOutcome, EditorPosition, RecordStoreErrorCode } from './recordStore.ts';
import { isSigned, parseResource, type RecordRow, summaryOf } from './rows.ts';
import { type Announcer, createTouched, type Touched } from './touched.ts';
import { readRecord, writeRecord } from './writeRecord.ts';

export interface ChangeDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly announcer: Announcer;
  readonly recent: RecentContents;
}

/** What a keystroke need not read again; the statements' guards find out when it is no longer so. */
interface Typed {
  readonly key: ResourceKey;
  readonly revision: number;
  readonly mutationId: string;
  readonly author: string;
  readonly draftSince: number;
  /** Of everything but the text: lists and order do not change while it stays the same. */
  readonly outline: string;
}

interface Settled {
  readonly outcome: ChangeOutcome;
  readonly before: RecordRow | undefined;
  readonly clash: { readonly base: string | null; readonly mine: string; readonly theirs: string } | null;
}

/** The writing half that the user's own changes take. */
export function createChangeWriter(deps: ChangeDeps) {
  const { database, clock, random, announcer, recent } = deps;
  let typed: Typed | undefined;

  const typeFast = async (change: Change, author: string): Promise<ChangeOutcome | undefined> => {
    const facts = typed;
    const key = resourceKey(change.resource);
    if (facts === undefined || change.typing !== true || facts.key !== key) return undefined;
    if (facts.revision !== change.basedOn || facts.author !== author) return undefined;
    if (facts.outline !== outlineOf(change.resource)) return undefined;
    try {
      await database.batch(keystroke(facts, change, clock.now()));
    } catch (error) {
      if (!isCodedError(error, 'DATABASE_GUARD')) throw error;
      typed = undefined;
      return undefined;
    }
    const revision = facts.revision + 1;
    typed = { ...facts, revision };
    recent.remember(key, revision, change.resource);
    announcer.announce({ keys: new Set([key]), clients: new Set(), outbox: false });
    return { key, revision, resource: change.resource, merged: false };
  };

  const write = async (changes: readonly Change[], author: string, group: string | null) => {
    typed = undefined;
    const touched = createTouched();
    const now = clock.now();
    const { outcomes, ids } = await database.transaction(async (transaction) => {
      const settled: Settled[] = [];
      for (const change of changes) {
        settled.push(await settleChange(transaction, change, recent));
      }
      const moved = settled.filter(({ outcome, before }) => outcome.revision !== before?.revision);
      const entryIds = await enqueue(transaction, touched, {
        changes: moved.map(({ outcome, before }) => ({
          mutationId: randomUuid(random),
          resource: outcome.resource,
          before: before?.resource ?? null,
          typing: group === null && changes[0]?.typing === true,
        })),
        author,
        group,
        now,
      });
      for (const [at, item] of moved.entries()) {
        await commitChange(transaction, touched, item, entryIds[at]);
      }
      for (const change of changes) {
        if (change.position !== undefined) {
          const { sql, params } = positionStatement(resourceKey(change.resource), change.position);
          await transaction.run(sql, params);
        }
      }
      return { outcomes: settled.map(({ outcome }) => outcome), ids: entryIds };
    });
    for (const { key, revision, resource } of outcomes) recent.remember(key, revision, resource);
    const [only] = outcomes;
    const [id] = ids;
    if (changes[0]?.typing === true && group === null && only !== undefined && id !== undefined) {
      const { key, revision, resource } = only;
      // The entry may have been a draft for longer: its own `draft_since` bounds what the statement writes.
      typed = { key, revision, mutationId: id, author, draftSince: now, outline: outlineOf(resource) };
    }
    announcer.announce(touched);
    return outcomes;
  };

  return {
    async recordChange(change: Change, author: string): Promise<ChangeOutcome> {
      const fast = await typeFast(change, author);
      if (fast !== undefined) return fast;
      const [outcome] = await write([change], author, null);
      if (outcome === undefined) throw new CodedError('STORE_INVARIANT', 'A change has an outcome');
      return outcome;
    },

    async recordGroup(changes: readonly Change[], author: string): Promise<readonly ChangeOutcome[]> {
      const folded = foldGroup(
        changes.map((change) => ({
          change,
          resource: resourceKey(change.resource),
          kind: change.basedOn === 0 ? ('create' as const) : ('update' as const),
        })),
      );
      return await write(
        folded.map(({ change }) => change),
        author,
        randomUuid(random),
      );
    },

    async savePosition(key: ResourceKey, position: EditorPosition): Promise<void> {
      await database.batch([positionStatement(key, position)]);
    },

    async settle(key: ResourceKey): Promise<void> {
      typed = undefined;
      const [result] = await database.batch([
        { sql: 'UPDATE outbox SET draft = 0, ready_at = 0 WHERE key = ? AND draft = 1', params: [key] },
      ]);
      if ((result?.changes ?? 0) > 0)
        announcer.announce({ keys: new Set(), clients: new Set(), outbox: true });
    },
  };
}

function keystroke(facts: Typed, change: Change, now: number): readonly Statement[] {
  return [
    {
      // A note that the index holds is marked first, by the slow path.
      sql: `UPDATE records SET resource = ?, revision = revision + 1 WHERE key = ? AND revision = ?
            AND NOT EXISTS (SELECT 1 FROM notes WHERE key = records.key AND analyser <> 0)`,
      params: [JSON.stringify(change.resource), facts.key, facts.revision],
      expectChanges: 1,
    },
    {
      sql: `UPDATE outbox SET edits = edits + 1, ready_at = min(?, draft_since + ${LATEST})
            WHERE id = ? AND state = 'waiting' AND draft = 1`,
      params: [now + PAUSE, facts.mutationId],
      expectChanges: 1,
    },
    ...(change.position === undefined ? [] : [positionStatement(facts.key, change.position)]),
  ];
}

function positionStatement(key: ResourceKey, position: EditorPosition) {
  return {
    sql: `INSERT INTO positions (key, section, selection_start, selection_end, scroll) VALUES (?, ?, ?, ?, ?)
          ON CONFLICT (key) DO UPDATE SET section = excluded.section, selection_start = excluded.selection_start,
            selection_end = excluded.selection_end, scroll = excluded.scroll`,
    params: [key, position.section, position.selectionStart, position.selectionEnd, position.scroll],
  };
}

/** What the record shall hold after a change: the change itself, or merged with what came meanwhile (D2, C2). */
async function settleChange(
  transaction: Transaction,
  change: Change,
  recent: RecentContents,
): Promise<Settled> {
  const key = resourceKey(change.resource);
  const before = await readRecord(transaction, key);
  if ((before === undefined) !== (change.basedOn === 0)) {
    throw refusal('STORE_WRONG_BASE', 'A create of what exists, or a change of what does not');
  }
  if (before === undefined) {
    return { outcome: { key, revision: 1, resource: change.resource, merged: false }, before, clash: null };
  }
  const current = parseResource(before.resource);
  if (isSigned(current) && sameContent(current, change.resource)) {
    return {
      outcome: { key, revision: before.revision, resource: current, merged: false },
      before,
      clash: null,
    };
  }
  if (isSigned(current)) throw refusal('STORE_SIGNED', 'A signed note is never changed');
  if (isSigned(change.resource)) {
    await refuseUnsignable(transaction, key, change.basedOn === before.revision);
  }
  const revision = before.revision + 1;
  if (change.basedOn === before.revision) {
    return { outcome: { key, revision, resource: change.resource, merged: false }, before, clash: null };
  }
  const base = recent.recall(key, change.basedOn);
  const { resource, conflict } = mergeResources(base, change.resource, current);
  const clash = conflict
    ? {
        base: base === null ? null : JSON.stringify(base),
        mine: JSON.stringify(change.resource),
        theirs: before.resource,
      }
    : null;
  return { outcome: { key, revision, resource, merged: true }, before, clash };
}

async function refuseUnsignable(transaction: Transaction, key: string, unmoved: boolean): Promise<void> {
  if (!unmoved) throw refusal('STORE_WRONG_BASE', 'What is signed is what was shown: the note has moved');
  const open = await transaction.all('SELECT id FROM conflicts WHERE key = ? AND decided = 0 LIMIT 1', [key]);
  if (open.length > 0) throw refusal('STORE_CONFLICT_OPEN', 'A note with an open conflict cannot be signed');
}

async function commitChange(
  transaction: Transaction,
  touched: Touched,
  item: Settled,
  entryId: string | undefined,
): Promise<void> {
  const { outcome, before, clash } = item;
  await writeRecord(transaction, touched, {
    key: outcome.key,
    resource: outcome.resource,
    revision: outcome.revision,
    versionId: before?.version_id ?? null,
    serverTime: before?.server_time ?? null,
  });
  if (clash === null || entryId === undefined) return;
  await keepConflict(transaction, { key: outcome.key, ...clash });
  const entry = await readEntry(transaction, entryId);
  if (entry !== undefined) await parkEntry(transaction, touched, entry, CONFLICT);
}

function outlineOf(resource: FhirResource): string {
  return JSON.stringify([isSigned(resource), summaryOf(resource), referencesOf(resource)]);
}

function refusal(code: RecordStoreErrorCode, message: string): CodedError<RecordStoreErrorCode> {
  return new CodedError(code, message);
}
