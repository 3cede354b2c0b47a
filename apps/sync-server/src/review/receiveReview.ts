import type { Bundle, BundleEntry } from '@fieldchart/clinical';
import { reviewReceiptResponse } from '@fieldchart/clinical';
import { toInstant } from '@fieldchart/foundation';
import type { AuditedEvent } from '../audit/auditEvent.ts';
import { toAuditRow } from '../audit/auditTrail.ts';
import { RequestRefused, refusedResponse, writtenResponse } from '../fhir/answer.ts';
import type { WriteBundle } from '../fhir/parseWrite.ts';
import type { Database } from '../storage/openStorage.ts';
import type { Actor } from '../write/mutation.ts';
import { type WriteDeps, lockOrganization } from '../write/writeUnits.ts';
import { type InboxDecision, type LateWork, type NewItem, decideInbox } from './decideInbox.ts';
import { readInboxState } from './readInboxState.ts';
import { raiseReviewAlerts } from './reviewAlerts.ts';

/**
 * Takes late work into the review inbox: each entry of a batch, or a whole transaction, once for its mutation ids. In
 * one transaction with its audit and its alert, under the organisation's lock, so that nothing is written by one
 * request and kept for review by another at the same time.
 */
export async function receiveReview(deps: WriteDeps, actor: Actor, bundle: WriteBundle): Promise<Bundle> {
  const works = toWorks(bundle);
  const { decided, now } = await deps.db.transaction().execute(async (trx) => {
    const locked = await lockOrganization(trx, 0, deps.clock.now());
    const state = await readInboxState(trx, actor, bundle.entries);
    const by = { actor, now: locked.now, random: deps.random };
    const inbox = decideInbox(state, works, by);
    await insertItems(trx, inbox.items, { kind: bundle.type, actor, now: locked.now });
    const events = eventsOf(inbox, actor);
    if (events.length > 0) {
      await trx
        .insertInto('audit')
        .values(events.map((event) => toAuditRow(event, deps.random, locked.now)))
        .execute();
    }
    await raiseReviewAlerts(trx, locked.now, actor, clientsOf(inbox.items));
    return { decided: inbox.decisions, now: locked.now };
  });
  const entry = decided.flatMap((decision, at): BundleEntry[] => {
    switch (decision.kind) {
      case 'written':
        return decision.written.map((written) => ({ response: writtenResponse(written) }));
      case 'refused':
        if (bundle.type === 'transaction') {
          throw new RequestRefused({ ...decision.refusal, expression: `Bundle.entry[${decision.at}]` });
        }
        return [{ response: refusedResponse(decision.refusal) }];
      case 'held':
      case 'kept': {
        const receivedAt = toInstant(decision.kind === 'held' ? decision.receivedAt : now);
        const response = reviewReceiptResponse({ itemId: decision.itemId, receivedAt });
        return (works[at]?.entries ?? []).map(() => ({ response }));
      }
    }
  });
  return { resourceType: 'Bundle', type: `${bundle.type}-response`, entry };
}

function toWorks({ type, entries, sources }: WriteBundle): readonly LateWork[] {
  if (entries.length === 0) return [];
  if (type === 'transaction') return [{ entries, sources }];
  return entries.map((entry, at) => ({ entries: [entry], sources: sources.slice(at, at + 1) }));
}

async function insertItems(
  trx: Database,
  items: readonly NewItem[],
  about: { readonly kind: WriteBundle['type']; readonly actor: Actor; readonly now: number },
): Promise<void> {
  if (items.length === 0) return;
  await trx
    .insertInto('review_item')
    .values(
      items.map(({ id }) => ({
        id,
        kind: about.kind,
        practitioner_id: about.actor.practitionerId ?? '',
        device_id: about.actor.deviceId ?? '',
        received_at: about.now,
        state: 'open' as const,
        decided_at: null,
        decided_by: null,
        reason: null,
      })),
    )
    .execute();
  await trx
    .insertInto('review_entry')
    .values(
      items.flatMap((item) =>
        item.entries.map(({ mutationId, key, clientId }, position) => {
          const [type = '', id = ''] = key.split('/');
          return {
            item_id: item.id,
            position,
            mutation_id: mutationId,
            type,
            id,
            client_id: clientId,
            content: JSON.stringify(item.sources[position]),
          };
        }),
      ),
    )
    .execute();
}

function clientsOf(items: readonly NewItem[]): ReadonlySet<string> {
  return new Set(items.flatMap(({ entries }) => entries.map(({ clientId }) => clientId)));
}

/** One event for each client whose late work came, and one for each that was refused. */
function eventsOf({ items, decisions }: InboxDecision, actor: Actor): AuditedEvent[] {
  const action = 'review-received';
  const entries = items.flatMap((item) => item.entries);
  const kept = [...clientsOf(items)].map((clientId): AuditedEvent => ({
    action,
    actor,
    outcome: '0',
    clientId,
    what: entries.filter((one) => one.clientId === clientId).map(({ key }) => key),
  }));
  const refused = decisions.flatMap((decision): AuditedEvent[] => {
    if (decision.kind !== 'refused') return [];
    const { status, text } = decision.refusal;
    return [{ action, actor, outcome: '4', details: { status: String(status), reason: text } }];
  });
  return [...kept, ...refused];
}
