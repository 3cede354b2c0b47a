import { clientOf, type FhirResource, referencesOf, resourceKey } from '@fieldchart/clinical';
import type { Transaction } from '@fieldchart/encrypted-sqlite';
import { decide, decideEnqueue, type Edit, type EnqueueDecision } from '@fieldchart/smart-queue';
import { countBlocked, sqlQueueIndex } from './sqlQueueIndex.ts';
import type { Touched } from './touched.ts';

/** A draft is ready to send after this long without typing. */
export const PAUSE = 10_000;
/** And after this long at the latest. */
export const LATEST = 120_000;

/** A record's change on its way into the outbox. */
export interface QueuedChange {
  readonly mutationId: string;
  readonly resource: FhirResource;
  /** What the record held before; null for a create. */
  readonly before: string | null;
  readonly typing: boolean;
}

/** Queues the changes of one transaction: alone, or as one group. Returns the id of each change's entry. */
export async function enqueue(
  transaction: Transaction,
  touched: Touched,
  queued: {
    readonly changes: readonly QueuedChange[];
    readonly author: string;
    readonly group: string | null;
    readonly now: number;
  },
): Promise<readonly string[]> {
  const edits: Edit[] = [];
  for (const change of queued.changes) edits.push(await toEdit(transaction, change, queued));
  const { decisions, hold } = await decide(decideEnqueue(edits), sqlQueueIndex(transaction));
  const ids: string[] = [];
  for (const [at, decision] of decisions.entries()) {
    const change = queued.changes[at];
    if (change !== undefined) ids.push(await applyDecision(transaction, decision, change, queued.now));
  }
  for (const id of hold) await transaction.run("UPDATE outbox SET state = 'held' WHERE id = ?", [id]);
  await countBlocked(transaction, ids);
  touched.outbox = true;
  return ids;
}

async function toEdit(
  transaction: Transaction,
  change: QueuedChange,
  queued: { readonly author: string; readonly group: string | null },
): Promise<Edit> {
  const { resource } = change;
  const clientId = clientOf(resource);
  return {
    id: change.mutationId,
    resource: resourceKey(resource),
    kind: change.before === null ? 'create' : 'update',
    author: queued.author,
    group: queued.group,
    barrier: queued.group !== null,
    references: referencesOf(resource),
    formerReferences: [],
    after: clientId === undefined ? [] : await careTeamOrder(transaction, clientId, change),
  };
}

/**
 * Who may write about a client changes with the care team: its changes follow the client's earlier entries and
 * precede the later ones. One that is made takes nobody's access away and has nothing to follow.
 */
async function careTeamOrder(
  transaction: Transaction,
  clientId: string,
  { resource, before }: QueuedChange,
): Promise<readonly string[]> {
  if (resource.resourceType === 'CareTeam' && before === null) return [];
  const range = resource.resourceType === 'CareTeam' ? '' : "AND key >= 'CareTeam/' AND key < 'CareTeam0'";
  const rows = await transaction.all<{ id: string }>(
    `SELECT id FROM outbox WHERE client_id = ? AND key <> ? ${range}`,
    [clientId, resourceKey(resource)],
  );
  return rows.map(({ id }) => id);
}

async function applyDecision(
  transaction: Transaction,
  decision: EnqueueDecision,
  change: QueuedChange,
  now: number,
): Promise<string> {
  const { edit } = decision;
  const draft = change.typing ? 1 : 0;
  const readyAt = change.typing ? now + PAUSE : 0;
  if (decision.do === 'merge') {
    const { id } = decision.into;
    await transaction.run(
      `UPDATE outbox SET kind = ?, group_id = ?, barrier = ?, state = ?, draft = ?, body = NULL, edits = edits + 1,
         draft_since = CASE WHEN draft = 1 THEN draft_since ELSE ? END,
         ready_at = CASE WHEN draft = 1 AND ? = 1 THEN min(?, draft_since + ${LATEST}) ELSE ? END
       WHERE id = ?`,
      [
        decision.kind,
        edit.group,
        edit.barrier ? 1 : 0,
        decision.state,
        draft,
        now,
        draft,
        readyAt,
        readyAt,
        id,
      ],
    );
    await addNeeds(transaction, id, decision.addNeeds);
    return id;
  }
  if (decision.previous !== null) {
    // Until now the record itself was its body; from now on the record holds the later edit.
    await transaction.run('UPDATE outbox SET body = ? WHERE id = ? AND body IS NULL', [
      change.before,
      decision.previous.id,
    ]);
  } else if (change.before !== null) {
    await transaction.run('INSERT OR REPLACE INTO bases (key, resource) VALUES (?, ?)', [
      edit.resource,
      change.before,
    ]);
  }
  await transaction.run(
    `INSERT INTO outbox (id, key, kind, author, state, group_id, barrier, client_id, blocked, draft, draft_since,
       ready_at, apart) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?)`,
    [
      edit.id,
      edit.resource,
      edit.kind,
      edit.author,
      decision.state,
      edit.group,
      edit.barrier ? 1 : 0,
      clientOf(change.resource) ?? null,
      draft,
      now,
      readyAt,
      decision.refusal,
    ],
  );
  await addNeeds(transaction, edit.id, decision.needs);
  return edit.id;
}

export async function addNeeds(
  transaction: Transaction,
  id: string,
  needs: readonly string[],
): Promise<void> {
  for (const needed of needs) {
    await transaction.run('INSERT OR IGNORE INTO needs (entry, needed) VALUES (?, ?)', [id, needed]);
  }
}
