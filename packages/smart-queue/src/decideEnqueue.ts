import { CodedError } from '@fieldchart/foundation';
import type { Edit, Entry, EntryState, MutationKind } from './entry.ts';
import { entriesToHold, type QueueIndex, reaches } from './queueIndex.ts';

/** Why an edit became an entry of its own. */
export type MergeRefusal =
  /** Nothing unsettled on the resource. */
  | 'first'
  | 'attempted'
  | 'barrier'
  | 'author'
  | 'group'
  /** A refused entry takes later edits, but is not pulled into a group. */
  | 'parked'
  /** The two kinds stay two entries: the server must see both. */
  | 'kind'
  /** The merged entry would come before something that it needs. */
  | 'order';

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

/** What was fetched of the index for one edit. */
export interface EnqueueFacts {
  readonly last: Entry | undefined;
  readonly creates: readonly Entry[];
  /** Entries named in `after` and `referrers`. */
  readonly named: readonly Entry[];
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
export async function decideEnqueue(
  index: QueueIndex,
  edits: readonly Edit[],
): Promise<readonly EnqueueDecision[]> {
  const facts = await Promise.all(edits.map((edit) => gatherFacts(index, edit)));
  const refusals = edits.map((edit, at) => mergeRefusal(facts[at]?.last, edit));
  const orderKept = await keepsOrder(index, edits, facts, refusals);
  const decisions = edits.map((edit, at) => {
    const refusal = refusals[at] ?? (orderKept ? null : 'order');
    return decideOne(edit, facts[at] ?? { last: undefined, creates: [], named: [] }, refusal);
  });
  return holdTogether(decisions);
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

/** Ids to hold because `decisions` made an entry wait on a parked one. */
export async function dependentsToHold(
  index: QueueIndex,
  decisions: readonly EnqueueDecision[],
): Promise<readonly string[]> {
  const turned = decisions.flatMap((decision) =>
    decision.do === 'merge' && decision.into.state === 'waiting' && decision.state === 'held'
      ? [decision.into.id]
      : [],
  );
  return turned.length === 0 ? [] : await entriesToHold(index, turned);
}

async function gatherFacts(index: QueueIndex, edit: Edit): Promise<EnqueueFacts> {
  const references = new Set(edit.references);
  references.delete(edit.resource);
  const creates: Entry[] = [];
  for (const reference of references) {
    const create = await index.createOf(reference);
    if (create !== undefined) creates.push(create);
  }
  const named: Entry[] = [];
  for (const id of new Set([...edit.after, ...edit.referrers])) {
    const entry = await index.entry(id);
    if (entry !== undefined) named.push(entry);
  }
  return { last: await index.lastOn(edit.resource), creates, named };
}

/** Merging moves an edit up to where `last` stands: nothing that it needs may come after that. */
async function keepsOrder(
  index: QueueIndex,
  edits: readonly Edit[],
  facts: readonly EnqueueFacts[],
  refusals: readonly (MergeRefusal | null)[],
): Promise<boolean> {
  const unit = new Set<string>();
  const needs = new Set<string>();
  for (let at = 0; at < edits.length; at += 1) {
    const { last, creates, named } = facts[at] ?? { last: undefined, creates: [], named: [] };
    const merges = refusals[at] === null && last !== undefined;
    if (merges) unit.add(last.id);
    for (const entry of [...creates, ...named]) needs.add(entry.id);
    if (!merges && last !== undefined) needs.add(last.id);
    if (merges && edits.length > 1) for (const id of await index.needsOf(last.id)) needs.add(id);
  }
  for (const id of unit) needs.delete(id);
  return unit.size === 0 || needs.size === 0 || !(await reaches(index, needs, unit));
}

function decideOne(edit: Edit, facts: EnqueueFacts, refusal: MergeRefusal | null): EnqueueDecision {
  const { last } = facts;
  const followed = [...facts.creates, ...facts.named];
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
