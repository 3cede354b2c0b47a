import { decideEnqueue, decideVanish } from '../decideEnqueue.ts';
import type { Edit, Entry, MergeRefusal } from '../entry.ts';
import { decideNow, type MemoryIndex } from '../queueIndex.ts';
import type { Describe, Description } from './describeRest.ts';
import { givesWayToDelete, mergeRequests } from './mergeRequests.ts';
import { metadataOf, type OfflineAction, type OfflineState } from './offlineTypes.ts';
import type { Change, OutboxIndex } from './outboxIndex.ts';
import { type MergedAction, noteOf, type Vanished, withNote } from './queueNote.ts';

interface PlacingDeps {
  readonly describe: Describe;
  readonly mergedResults: boolean;
  readonly wasAttempted: (action: OfflineAction) => boolean;
  /** Takes note of an action made or queued in this run of the app. */
  readonly own: (action: OfflineAction) => void;
}

type Mutation = Exclude<Description, { readonly kind: 'read' }>;

/** Puts an action into an outbox, its place or another's, or takes the one out that it undoes. */
export type Placing = (
  list: OfflineAction[],
  index: OutboxIndex,
  action: OfflineAction,
  offline: OfflineState,
) => Vanished | undefined;

/**
 * An action is never moved behind another, and never before one that it needs: the outbox stays in the order in
 * which it is sent.
 */
export function createPlacing({ describe, mergedResults, wasAttempted, own }: PlacingDeps): Placing {
  const toMerged = (action: OfflineAction): readonly MergedAction[] => {
    const { commit, rollback } = metadataOf(action);
    const results = mergedResults ? { commit, rollback } : {};
    const itself = { transaction: action.meta.transaction, type: action.type, ...results };
    return [...(noteOf(action).merged ?? []), itself];
  };
  const append = (
    list: OfflineAction[],
    index: OutboxIndex,
    action: OfflineAction,
    change: Change,
    apart: MergeRefusal,
  ) => {
    own(action);
    list.push(action);
    index.append(action, change, apart, (noteOf(action).merged?.length ?? 0) + 1);
  };
  const takeOut = (list: OfflineAction[], index: OutboxIndex, id: string) => {
    list.splice(list.lastIndexOf(index.actionOf(id)), 1);
    index.remove(id);
  };

  const placeMutation = (
    list: OfflineAction[],
    index: OutboxIndex,
    action: OfflineAction,
    offline: OfflineState,
    mutation: Mutation,
  ): Vanished | undefined => {
    const change = index.changeOf(action, mutation);
    const last = index.view.lastOn(mutation.resource);
    const before = last === undefined ? undefined : index.actionOf(last.id);
    const merged =
      before === undefined || mutation.kind === 'delete'
        ? null
        : mergeActions(before, action, mutation, (result) => describe(result, offline));
    const refusal =
      last === undefined || before === undefined
        ? null
        : refusalOf(index, last, before, action, change, merged !== null, wasAttempted(before));
    const edit = toEdit(action, change);
    const view = closing(index.view, last, refusal);

    if (
      decideNow(decideVanish(edit), withoutDetaching(view)) !== null &&
      last !== undefined &&
      before !== undefined
    ) {
      takeOut(list, index, last.id);
      const gone = [...toMerged(before), ...toMerged(action)];
      return { deletion: action, transactions: gone.flatMap(({ transaction }) => transaction ?? []) };
    }
    const [decision] = decideNow(decideEnqueue([edit]), view).decisions;
    if (decision?.do !== 'merge' || before === undefined) {
      const apart = decision?.do === 'append' ? decision.refusal : 'first';
      append(list, index, action, change, apart === 'barrier' ? (refusal ?? apart) : apart);
      return undefined;
    }
    const { into } = decision;
    if (mutation.kind === 'delete') {
      // The update before it need not be sent; the delete stands where it was made.
      takeOut(list, index, into.id);
      const { parked } = noteOf(before);
      const alone = withNote(action, {
        merged: [...toMerged(before), ...(noteOf(action).merged ?? [])],
        parked,
      });
      own(alone);
      return placeMutation(list, index, alone, offline, mutation);
    }
    if (
      merged === null ||
      decision.addNeeds.some((id) => (index.view.entry(id)?.sequence ?? 0) > into.sequence)
    ) {
      append(list, index, action, change, 'order');
      return undefined;
    }
    const other = merged.action.meta.transaction === action.meta.transaction ? before : action;
    const earlier = noteOf(before).merged ?? [];
    const taken = withNote(merged.action, {
      parked: noteOf(before).parked,
      merged: [...earlier, ...toMerged(withNote(other, { merged: undefined }))].toSorted(
        (a, b) => (a.transaction ?? 0) - (b.transaction ?? 0),
      ),
    });
    own(taken);
    list[list.lastIndexOf(before)] = taken;
    index.rewrite(into.id, taken, index.changeOf(taken, merged.description));
    return undefined;
  };

  return (list, index, action, offline) => {
    const description = describe(action, offline);
    if (description !== null && description.kind !== 'read') {
      return placeMutation(list, index, action, offline, description);
    }
    append(list, index, action, index.changeOf(action, description), 'first');
    return undefined;
  };
}

/** Both actions as one that does what the two say it does, or null. */
function mergeActions(
  before: OfflineAction,
  action: OfflineAction,
  mutation: Mutation,
  describe: (action: OfflineAction) => Description | null,
): { readonly action: OfflineAction; readonly description: Mutation } | null {
  const merged = (mutation.merge ?? mergeRequests)(before, action);
  const description = merged === null ? null : describe(merged);
  if (merged === null || description === null || description.kind === 'read') return null;
  return description.resource === mutation.resource ? { action: merged, description } : null;
}

/** Why `last` may not take the action, beside what the queue's own rules say; null where it may. */
function refusalOf(
  index: OutboxIndex,
  last: Entry,
  before: OfflineAction,
  action: OfflineAction,
  { kind, mentions, mentionsItself }: Change,
  mergeable: boolean,
  attempted: boolean,
): MergeRefusal | null {
  if (attempted) return 'attempted';
  // Nothing but a create follows a delete, and nothing else than a delete is followed by one.
  if ((last.kind === 'delete') !== (kind === 'create')) return 'kind';
  if (kind === 'delete' ? !givesWayToDelete(before, action) : !mergeable) return 'kind';
  const crosses =
    index.fencedAfter(last) ||
    index.sameIdAfter(last) ||
    // A record can refer to itself only once it is there.
    (last.kind === 'create' && mentionsItself) ||
    mentions.some((mention) => {
      const other = index.view.lastOn(mention);
      return other?.kind === 'delete' && other.sequence > last.sequence;
    }) ||
    // What stands between an update and its delete may count on what the update gave up: a reference, a name.
    (kind === 'delete' && last.kind !== 'create' && index.hasChangeAfter(last));
  return crosses ? 'order' : null;
}

/** The index as the queue's rules see it where an entry takes nothing more. */
function closing(view: MemoryIndex, last: Entry | undefined, refusal: MergeRefusal | null): MemoryIndex {
  if (last === undefined || refusal === null) return view;
  const closed: Entry =
    refusal === 'attempted' && last.state === 'waiting'
      ? { ...last, state: 'attempted' }
      : { ...last, barrier: true };
  return { ...view, lastOn: (resource) => (resource === last.resource ? closed : view.lastOn(resource)) };
}

/** A delete of something else waits for what refers to that; it does not need it. */
function withoutDetaching(view: MemoryIndex): MemoryIndex {
  return {
    ...view,
    dependentsOf: (id) =>
      view
        .dependentsOf(id)
        .filter(({ kind, resource }) => kind !== 'delete' || resource === view.entry(id)?.resource),
  };
}

function toEdit(action: OfflineAction, { resource, kind, author, barrier, mentions }: Change): Edit {
  return {
    id: String(action.meta.transaction),
    resource,
    kind,
    author,
    group: null,
    barrier,
    references: mentions,
    formerReferences: [],
    after: [],
  };
}
