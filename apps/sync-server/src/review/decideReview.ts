import type { ResourceKey } from '@fieldchart/clinical';
import { clientOf, resourceKey } from '@fieldchart/clinical';
import type { ChartState } from '../write/chartState.ts';
import { clientOfTargets, notYours, recallUnit } from '../write/decideUnit.ts';
import { type Actor, type Entry, type Refusal, type Written, refusal } from '../write/mutation.ts';

/** An entry that the inbox holds. */
export interface HeldEntry {
  readonly itemId: string;
  readonly receivedAt: number;
  readonly key: ResourceKey;
  readonly practitionerId: string;
}

/** What a decision about late work needs to know, read under the organisation's lock. */
export interface InboxState {
  readonly chart: Pick<ChartState, 'current' | 'mutations'>;
  /** What the inbox holds under the mutation ids that came. */
  readonly held: ReadonlyMap<string, HeldEntry>;
  /** Clients under whom the author's resources in the inbox are filed. */
  readonly filed: ReadonlyMap<ResourceKey, { readonly clientId: string }>;
  /** Clients in whose care team the author is or was. */
  readonly clients: ReadonlySet<string>;
}

export interface KeptEntry {
  readonly mutationId: string;
  readonly key: ResourceKey;
  readonly clientId: string;
}

export type ReviewDecision =
  | { readonly kind: 'kept'; readonly entries: readonly KeptEntry[] }
  /** It is here already. */
  | { readonly kind: 'held'; readonly itemId: string; readonly receivedAt: number }
  /** It was written before its author lost access, or has been accepted since. */
  | { readonly kind: 'written'; readonly written: readonly Written[] }
  | { readonly kind: 'refused'; readonly at: number; readonly refusal: Refusal };

/**
 * Decides what becomes of late work: one entry of a batch, or a whole transaction. Of a client in whose care team the
 * author never was, not even the existence is told. Versions, references and signatures are judged on acceptance.
 */
export function decideReview(state: InboxState, entries: readonly Entry[], actor: Actor): ReviewDecision {
  const recalled = recallUnit(state.chart, { entries }, actor);
  if (recalled?.kind === 'refused') return recalled;
  if (recalled !== undefined) return { kind: 'written', written: recalled.written };
  const held = recallHeld(state, entries, actor);
  if (held !== undefined) return held;

  const filed = new Map<ResourceKey, { readonly clientId: string | undefined }>([
    ...state.chart.current,
    ...state.filed,
  ]);
  for (const entry of entries) {
    if (!entry.ok) continue;
    const clientId = clientOf(entry.mutation.resource);
    if (clientId !== undefined) filed.set(resourceKey(entry.mutation.resource), { clientId });
  }
  const kept: KeptEntry[] = [];
  for (const [at, entry] of entries.entries()) {
    if (!entry.ok) return { kind: 'refused', at, refusal: entry.refusal };
    const { resource, mutationId } = entry.mutation;
    const key = resourceKey(resource);
    if (mutationId === undefined) {
      return { kind: 'refused', at, refusal: refusal(400, 'required', 'late work names its mutation id') };
    }
    if (kept.some((one) => one.mutationId === mutationId || one.key === key)) {
      const text = 'a resource or a mutation id stands twice in one transaction';
      return { kind: 'refused', at, refusal: refusal(400, 'duplicate', text) };
    }
    const clientId = clientOf(resource) ?? clientOfTargets(resource, filed);
    if (clientId === undefined || !state.clients.has(clientId)) {
      return { kind: 'refused', at, refusal: notYours() };
    }
    kept.push({ mutationId, key, clientId });
  }
  return { kind: 'kept', entries: kept };
}

/** S2, for what is not written yet: the same ids of the same practitioner are answered with the same receipt. */
function recallHeld(state: InboxState, entries: readonly Entry[], actor: Actor): ReviewDecision | undefined {
  const found: HeldEntry[] = [];
  for (const [at, entry] of entries.entries()) {
    const id = entry.ok ? entry.mutation.mutationId : entry.mutationId;
    const one = id === undefined ? undefined : state.held.get(id);
    if (one === undefined) continue;
    const sameKey = !entry.ok || one.key === resourceKey(entry.mutation.resource);
    if (one.practitionerId !== actor.practitionerId || !sameKey) {
      const used = refusal(409, 'duplicate', 'this mutation id was used for something else');
      return { kind: 'refused', at, refusal: used };
    }
    found.push(one);
  }
  const [first] = found;
  if (first === undefined) return undefined;
  if (found.length === entries.length && found.every(({ itemId }) => itemId === first.itemId)) {
    return { kind: 'held', itemId: first.itemId, receivedAt: first.receivedAt };
  }
  const mixed = refusal(409, 'conflict', 'a part of this transaction came before, without the rest');
  return { kind: 'refused', at: 0, refusal: mixed };
}
