import type { BundleEntry } from '@fieldchart/clinical';
import { type Result, fail, ok } from '@fieldchart/foundation';
import { sql } from 'kysely';
import { createAuditTrail, toAuditRow } from '../audit/auditTrail.ts';
import type { AuditedEvent } from '../audit/auditEvent.ts';
import type { Database } from '../storage/openStorage.ts';
import type { ReviewItemTable } from '../storage/tables.ts';
import type { Actor } from '../write/mutation.ts';
import { type WriteDeps, lockOrganization } from '../write/writeUnits.ts';
import { closeReviewAlerts } from './reviewAlerts.ts';

/** An item of late work as whoever decides sees it in the list: what it is about, and nothing of what it says. */
export interface ListedReview {
  readonly id: string;
  readonly practitioner: string;
  readonly practitionerId: string;
  readonly deviceId: string;
  /** Ids of the clients whom it is about. */
  readonly clients: readonly string[];
  readonly receivedAt: number;
  readonly state: ReviewItemTable['state'];
  readonly decidedAt: number | null;
  /** Practitioner's id; null for the operator of the machine, and while it is open. */
  readonly decidedBy: string | null;
  readonly reason: string | null;
  readonly entries: readonly { readonly key: string; readonly mutationId: string }[];
}

/** An item whole: the entries word for word. */
export interface ReviewItem extends ListedReview {
  readonly kind: ReviewItemTable['kind'];
  readonly content: readonly BundleEntry[];
}

const MOST_LISTED = 2000;

/** What waits, oldest first; then what was decided, latest first. */
export async function listReviews(deps: WriteDeps, actor: Actor): Promise<readonly ListedReview[]> {
  const items = await readItems(deps.db, undefined);
  await createAuditTrail(deps)({ action: 'review-listed', actor, outcome: '0' });
  return items.map(({ kind: _kind, content: _content, ...listed }) => listed);
}

/** One item. That it was read is audited under the clients whom it is about. */
export async function readReview(deps: WriteDeps, id: string, actor: Actor): Promise<ReviewItem | undefined> {
  const [item] = await readItems(deps.db, id);
  if (item === undefined) return undefined;
  await createAuditTrail(deps)(...eventsOf('review-read', item, actor));
  return item;
}

export type ReviewProblem = { readonly kind: 'not-found' } | { readonly kind: 'decided' };

/** Closes an item without writing it. It is kept for ever, with the reason. */
export async function setReviewAside(
  deps: WriteDeps,
  decision: { readonly id: string; readonly reason: string; readonly actor: Actor },
): Promise<Result<{ readonly done: true }, ReviewProblem>> {
  const { id, reason, actor } = decision;
  return deps.db.transaction().execute(async (trx) => {
    const { now } = await lockOrganization(trx, 0, deps.clock.now());
    const [item] = await readItems(trx, id);
    if (item === undefined) return fail({ kind: 'not-found' });
    if (!(await closeItem(trx, item, { state: 'set-aside', reason, actor, now }))) {
      return fail({ kind: 'decided' });
    }
    await auditDecision(deps, trx, eventsOf('review-set-aside', item, actor), now);
    return ok({ done: true });
  });
}

/** Marks an item as decided; false where it was already. Under the organisation's lock. */
export async function closeItem(
  trx: Database,
  item: ReviewItem,
  decision: {
    readonly state: 'accepted' | 'set-aside';
    readonly reason?: string;
    readonly actor: Actor;
    readonly now: number;
  },
): Promise<boolean> {
  const closed = await trx
    .updateTable('review_item')
    .set({
      state: decision.state,
      decided_at: decision.now,
      decided_by: decision.actor.practitionerId,
      reason: decision.reason ?? null,
    })
    .where('id', '=', item.id)
    .where('state', '=', 'open')
    .executeTakeFirst();
  if (closed.numUpdatedRows !== 1n) return false;
  const clients = new Set(item.clients);
  await closeReviewAlerts(trx, decision.now, { practitionerId: item.practitionerId, clients });
  return true;
}

export async function auditDecision(
  deps: WriteDeps,
  trx: Database,
  events: readonly AuditedEvent[],
  now: number,
): Promise<void> {
  await trx
    .insertInto('audit')
    .values(events.map((event) => toAuditRow(event, deps.random, now)))
    .execute();
}

/** One event for each client whom the item is about. */
export function eventsOf(
  action: 'review-read' | 'review-accepted' | 'review-set-aside',
  item: ReviewItem,
  actor: Actor,
): AuditedEvent[] {
  return item.clients.map((clientId) => ({
    action,
    actor,
    outcome: '0',
    clientId,
    what: item.entries.map(({ key }) => key),
    details: { item: item.id, author: item.practitionerId },
  }));
}

/** The item of an id, or those of the list. */
export async function readItems(db: Database, id: string | undefined): Promise<readonly ReviewItem[]> {
  const which = id === undefined ? sql`true` : sql`i.id = ${id}`;
  const { rows } = await sql<ReviewItemTable & { name: string; number: number }>`
    select i.*, p.name from review_item i join practitioner p on p.id = i.practitioner_id where ${which}
    order by i.state <> 'open', case when i.state = 'open' then i.number else -i.number end
    limit ${MOST_LISTED}`.execute(db);
  if (rows.length === 0) return [];
  const { rows: entries } = await sql<{
    item_id: string;
    type: string;
    id: string;
    mutation_id: string;
    client_id: string;
    content: string;
  }>`select e.item_id, e.type, e.id, e.mutation_id, e.client_id, e.content
    from jsonb_array_elements_text(${JSON.stringify(rows.map((row) => row.id))}::jsonb) as wanted(id)
    join review_entry e on e.item_id = wanted.id order by e.position`.execute(db);
  return rows.map((row) => {
    const own = entries.filter((entry) => entry.item_id === row.id);
    return {
      id: row.id,
      kind: row.kind,
      practitioner: row.name,
      practitionerId: row.practitioner_id,
      deviceId: row.device_id,
      clients: [...new Set(own.map((entry) => entry.client_id))],
      receivedAt: row.received_at,
      state: row.state,
      decidedAt: row.decided_at,
      decidedBy: row.decided_by,
      reason: row.reason,
      entries: own.map((entry) => ({ key: `${entry.type}/${entry.id}`, mutationId: entry.mutation_id })),
      content: own.map((entry) => JSON.parse(entry.content) as BundleEntry),
    };
  });
}
