import { CodedError } from '@fieldchart/foundation';
import { waitingAfter } from './decidePark.ts';
import type { Edit, Entry, EntryState, MergeRefusal, MutationKind } from './entry.ts';
import { ask, type Deciding, reaches } from './queueIndex.ts';

export type EnqueueDecision =
  | {
      readonly do: 'merge';
      readonly edit: Edit;
      readonly into: Entry;
      readonly kind: MutationKind;
      /** Entries that `into` must follow from now on, beside those it already follows. */
      readonly addNeeds: readonly string[];
      readonly state: EntryState;
    }
  | {
      readonly do: 'append';
      readonly edit: Edit;
      readonly refusal: MergeRefusal;
      readonly needs: readonly string[];
      readonly state: 'waiting' | 'held';
      /** The entry before it on the resource: its body must be copied now if it still is the record itself. */
      readonly previous: Entry | null;
    };

/** What enters the queue, and who must be held because an entry now waits on a parked one. */
export interface EnqueuePlan {
  /** One for each edit, in order. */
  readonly decisions: readonly EnqueueDecision[];
  readonly hold: readonly string[];
}

interface Facts {
  readonly last: Entry | undefined;
  /** What the edit must follow, beside the entry before it on its own resource. */
  readonly followed: readonly Entry[];
}

/** Whether `last` may take `edit` as far as the two alone can tell (O2); order is checked beside it. */
export function mergeRefusal(last: Entry | undefined, edit: Edit): MergeRefusal | null {
  if (last === undefined) return 'first';
  if (last.state === 'attempted') return 'attempted';
  if (last.barrier) return 'barrier';
  if (last.author !== edit.author) return 'author';
  if (last.group !== null && last.group !== edit.group) return 'group';
  if (last.state === 'parked' && edit.group !== last.group) return 'parked';
  if (mergedKind(last.kind, edit.kind) === null) return 'kind';
  return null;
}

/** The one kind that tells the server what two in order would; null where it must see both. */
export function mergedKind(first: MutationKind, second: MutationKind): MutationKind | null {
  if ((first === 'delete') !== (second === 'create')) {
    throw new CodedError('QUEUE_KIND', `A ${second} cannot follow a ${first}`);
  }
  if (first === 'delete') return null;
  if (second === 'delete') return first === 'create' ? null : 'delete';
  return first;
}

/**
 * Decides how one edit, or all edits of one group (queued at once, one per resource: see {@link foldGroup}),
 * enter the queue. An appended edit only ever follows earlier entries, so the graph of needs has no cycle; a
 * merge is done only if it keeps that true.
 */
export function* decideEnqueue(edits: readonly Edit[]): Deciding<EnqueuePlan> {
  const facts: Facts[] = [];
  for (const edit of edits) facts.push(yield* gatherFacts(edit));
  const refusals = edits.map((edit, at) => mergeRefusal(facts[at]?.last, edit));
  const orderKept = yield* keepsOrder(edits, facts, refusals);
  const decisions = edits.map((edit, at) => {
    const refusal = refusals[at] ?? (orderKept ? null : 'order');
    return decideOne(edit, facts[at] ?? { last: undefined, followed: [] }, refusal);
  });
  const together = holdTogether(decisions);
  const turned = together.flatMap((decision) =>
    decision.do === 'merge' && decision.into.state === 'waiting' && decision.state === 'held'
      ? [decision.into.id]
      : [],
  );
  return { decisions: together, hold: turned.length === 0 ? [] : yield* waitingAfter(turned) };
}

/**
 * Whether a delete undoes a create that nobody has seen and nobody waiting refers to, so that neither need be
 * sent. For apps that let a record vanish; a clinical record is marked as entered in error instead.
 */
export function* decideVanish(edit: Edit): Deciding<Entry | null> {
  const last = yield* ask((index) => index.lastOn(edit.resource));
  if (edit.kind !== 'delete' || last?.kind !== 'create' || last.group !== null || last.barrier) return null;
  if (last.state === 'attempted' || last.author !== edit.author) return null;
  const referrers = yield* ask((index) => index.referrersOf(edit.resource));
  const dependents = yield* ask((index) => index.dependentsOf(last.id));
  return [...referrers, ...dependents].some(({ id }) => id !== last.id) ? null : last;
}

/**
 * Whether a refused entry may take a later one on its resource into itself: the server has seen neither, so it is
 * a merge like any other (O2).
 */
export function* mayFold(parked: Entry, later: Entry): Deciding<boolean> {
  if (parked.state !== 'parked' || later.barrier || later.group !== null || parked.group !== null)
    return false;
  if (later.state !== 'waiting' && later.state !== 'held') return false;
  if (later.author !== parked.author || later.kind !== 'update') return false;
  const needs = new Set(yield* ask((index) => index.needsOf(later.id)));
  needs.delete(parked.id);
  return !(yield* reaches(needs, new Set([parked.id])));
}

/** Folds edits of one group so that no resource stands twice in its bundle: the last body under the first's kind. */
export function foldGroup<E extends Pick<Edit, 'resource' | 'kind'>>(edits: readonly E[]): readonly E[] {
  const folded = new Map<string, E>();
  for (const edit of edits) {
    const earlier = folded.get(edit.resource);
    if (earlier === undefined) {
      folded.set(edit.resource, edit);
      continue;
    }
    const kind = mergedKind(earlier.kind, edit.kind);
    if (kind === null) {
      throw new CodedError('QUEUE_KIND', `${earlier.kind} and ${edit.kind} cannot travel in one bundle`);
    }
    folded.set(edit.resource, { ...edit, kind });
  }
  return [...folded.values()];
}

function* gatherFacts(edit: Edit): Deciding<Facts> {
  const followed = new Map<string, Entry>();
  for (const reference of edit.references) {
    if (reference === edit.resource) continue;
    const create = yield* ask((index) => index.createOf(reference));
    if (create !== undefined) followed.set(create.id, create);
  }
  for (const id of edit.after) {
    const entry = yield* ask((index) => index.entry(id));
    if (entry !== undefined) followed.set(id, entry);
  }
  if (edit.kind === 'delete') {
    for (const entry of yield* ask((index) => index.referrersOf(edit.resource)))
      followed.set(entry.id, entry);
  }
  return { last: yield* ask((index) => index.lastOn(edit.resource)), followed: [...followed.values()] };
}

/** Merging moves an edit up to where `last` stands: nothing that it needs may come after that. */
function* keepsOrder(
  edits: readonly Edit[],
  facts: readonly Facts[],
  refusals: readonly (MergeRefusal | null)[],
): Deciding<boolean> {
  const unit = new Set<string>();
  const needs = new Set<string>();
  for (let at = 0; at < edits.length; at += 1) {
    const { last, followed } = facts[at] ?? { last: undefined, followed: [] };
    const merges = refusals[at] === null && last !== undefined;
    if (merges) unit.add(last.id);
    for (const { id } of followed) needs.add(id);
    if (!merges && last !== undefined) needs.add(last.id);
    if (merges && edits.length > 1) {
      for (const id of yield* ask((index) => index.needsOf(last.id))) needs.add(id);
    }
  }
  for (const id of unit) needs.delete(id);
  return unit.size === 0 || needs.size === 0 || !(yield* reaches(needs, unit));
}

function decideOne(edit: Edit, facts: Facts, refusal: MergeRefusal | null): EnqueueDecision {
  const { last, followed } = facts;
  if (refusal === null && last !== undefined) {
    const others = followed.filter((entry) => entry.id !== last.id);
    return {
      do: 'merge',
      edit,
      into: last,
      kind: mergedKind(last.kind, edit.kind) ?? edit.kind,
      addNeeds: uniqueIds(others),
      state: last.state === 'waiting' && others.some(isStopped) ? 'held' : last.state,
    };
  }
  const needed = last === undefined ? followed : [last, ...followed];
  return {
    do: 'append',
    edit,
    refusal: refusal ?? 'first',
    needs: uniqueIds(needed),
    state: needed.some(isStopped) ? 'held' : 'waiting',
    previous: last ?? null,
  };
}

/** A group of which one member must be held is held whole. */
function holdTogether(decisions: readonly EnqueueDecision[]): readonly EnqueueDecision[] {
  if (decisions.every((decision) => decision.state === 'waiting')) return decisions;
  return decisions.map((decision) =>
    decision.state === 'waiting' ? { ...decision, state: 'held' as const } : decision,
  );
}

function isStopped(entry: Entry): boolean {
  return entry.state === 'parked' || entry.state === 'held';
}

function uniqueIds(entries: readonly Entry[]): readonly string[] {
  return [...new Set(entries.map((entry) => entry.id))];
}
