import type { BundleEntry } from '@fieldchart/clinical';
import { type Random, randomUuid } from '@fieldchart/foundation';
import type { Actor, Entry } from '../write/mutation.ts';
import { type InboxState, type KeptEntry, type ReviewDecision, decideReview } from './decideReview.ts';

/** What is decided about together: one entry of a batch, or a whole transaction. */
export interface LateWork {
  readonly entries: readonly Entry[];
  readonly sources: readonly BundleEntry[];
}

/** A new item of the inbox. */
export interface NewItem {
  readonly id: string;
  readonly entries: readonly KeptEntry[];
  readonly sources: readonly BundleEntry[];
}

export interface InboxDecision {
  readonly items: readonly NewItem[];
  /** Of each work, in order; a kept one says under which item. */
  readonly decisions: readonly (
    Exclude<ReviewDecision, { readonly kind: 'kept' }> | { readonly kind: 'kept'; readonly itemId: string }
  )[];
}

/** Decides a request's works in order, each on the state that the ones before it left. */
export function decideInbox(
  state: InboxState,
  works: readonly LateWork[],
  by: { readonly actor: Actor; readonly now: number; readonly random: Random },
): InboxDecision {
  const held = new Map(state.held);
  const filed = new Map(state.filed);
  const items: NewItem[] = [];
  const decisions = works.map((work) => {
    const decision = decideReview({ ...state, held, filed }, work.entries, by.actor);
    if (decision.kind !== 'kept') return decision;
    const id = randomUuid(by.random);
    for (const { mutationId, key, clientId } of decision.entries) {
      const practitionerId = by.actor.practitionerId ?? '';
      held.set(mutationId, { itemId: id, receivedAt: by.now, key, practitionerId });
      filed.set(key, { clientId });
    }
    items.push({ id, entries: decision.entries, sources: work.sources });
    return { kind: 'kept', itemId: id } as const;
  });
  return { items, decisions };
}
