import type { Entry, MergeRefusal, MutationKind } from '../entry.ts';
import { createMemoryEntries } from '../memoryEntries.ts';
import type { MemoryIndex } from '../queueIndex.ts';
import { createSequenceHeap } from './sequenceHeap.ts';
import { type Description, referencesIn } from './describeRest.ts';
import type { OfflineAction } from './offlineTypes.ts';
import { noteOf } from './queueNote.ts';
import { createNewestSequence } from './newestSequence.ts';
import { lastSegment, namesOf, namesOfReference, parentsOf } from './resourceNames.ts';
import { createResourcesByName } from './resourcesByName.ts';

/** A change, with the resources in the outbox that it mentions. */
export interface Change {
  readonly resource: string;
  readonly kind: MutationKind;
  readonly author: string;
  readonly barrier: boolean;
  readonly mentions: readonly string[];
  readonly mentionsItself: boolean;
  /** Nothing is merged across it. */
  readonly fence: boolean;
}

/**
 * What relates the actions of an outbox, each look-up in constant time. All of it follows from the outbox alone:
 * one built anew from the same outbox says the same.
 */
export interface OutboxIndex {
  /** For the decisions of the queue. */
  readonly view: MemoryIndex;
  changeOf(action: OfflineAction, description: Description | null): Change;
  entryOf(action: OfflineAction): Entry | undefined;
  actionOf(id: string): OfflineAction;
  find(transaction: number | undefined): Entry | undefined;
  append(action: OfflineAction, change: Change, apart: MergeRefusal, edits: number): void;
  /** The action took in a later one; it stands where it stood. */
  rewrite(id: string, action: OfflineAction, change: Change): void;
  /** Only the action's note changed, or how it is sent. */
  swap(id: string, action: OfflineAction): void;
  remove(id: string): void;
  park(id: string): void;
  reopen(id: string): void;
  /** Something stands after `entry` that nothing may be merged across. */
  fencedAfter(entry: Entry): boolean;
  hasChangeAfter(entry: Entry): boolean;
  /** A create after `entry` that bears the same id elsewhere: it may be a command about the resource. */
  sameIdAfter(entry: Entry): boolean;
  /** What must come after something, whatever that is for. */
  dependentsOf(id: string): readonly Entry[];
  hasStopped(): boolean;
}

export function createOutboxIndex(
  outbox: readonly OfflineAction[],
  describe: (action: OfflineAction) => Description | null,
): OutboxIndex {
  const entries = createMemoryEntries<null>();
  const actions = new Map<string, OfflineAction>();
  const ids = new Map<OfflineAction, string>();
  const byTransaction = new Map<number, string>();
  /** Of those that have an entry. */
  const resources = createResourcesByName();
  const fences = createNewestSequence((at) => actions.has(String(at)));
  const changes = createNewestSequence((at) => actions.has(String(at)));
  /** What is parked or held, with the names it uses. */
  const stopped = new Map<string, readonly string[]>();
  const stoppedByName = new Map<string, Set<string>>();
  let sequence = 0;

  const view: MemoryIndex = {
    ...entries.index,
    // Who mentioned a resource before anything on it was queued is not known after a restart, and is left out.
    referrersOf: (resource) => {
      const first = entries.on(resource)[0]?.sequence ?? Infinity;
      return entries.index.referrersOf(resource).filter((entry) => entry.sequence > first);
    },
  };

  const keep = (id: string, action: OfflineAction) => {
    const before = actions.get(id);
    if (before !== undefined) forget(id, before);
    actions.set(id, action);
    ids.set(action, id);
    const { transaction } = action.meta;
    if (transaction !== undefined && !byTransaction.has(transaction)) byTransaction.set(transaction, id);
  };
  const forget = (id: string, action: OfflineAction) => {
    ids.delete(action);
    actions.delete(id);
    const { transaction } = action.meta;
    if (transaction !== undefined && byTransaction.get(transaction) === id) byTransaction.delete(transaction);
  };

  /** Everything that an entry must follow stands before it. */
  const linkNeeds = ({ id, resource, kind, sequence: at }: Entry, mentions: readonly string[]) => {
    const needs: string[] = [];
    const previous = entries.on(resource).findLast((other) => other.sequence < at);
    if (previous !== undefined) needs.push(previous.id);
    for (const mention of mentions) {
      const create = entries.on(mention).findLast((other) => other.kind === 'create' && other.sequence < at);
      if (create !== undefined) needs.push(create.id);
    }
    if (kind === 'delete') {
      for (const other of view.referrersOf(resource)) if (other.sequence < at) needs.push(other.id);
      for (const name of namesOf(resource)) {
        for (const other of stoppedByName.get(name) ?? []) {
          if ((entries.index.entry(other)?.sequence ?? Infinity) < at) needs.push(other);
        }
      }
    }
    entries.link(id, needs);
  };

  /** What an action may be after, by every name that it uses. */
  const namesUsed = (action: OfflineAction): readonly string[] => {
    const { references, resource } = referencesIn(action, describe(action));
    return [...references.flatMap(namesOfReference), ...parentsOf(resource)];
  };

  /** What is stopped is remembered by the names it uses: a delete of what it refers to waits for it. */
  const stop = ({ id, sequence: at }: Entry) => {
    const action = actions.get(id);
    if (stopped.has(id) || action === undefined) return;
    const names = [...new Set(namesUsed(action))];
    stopped.set(id, names);
    for (const name of names) {
      stoppedByName.set(name, (stoppedByName.get(name) ?? new Set()).add(id));
      for (const resource of resources.called(name)) {
        for (const later of entries.on(resource)) {
          if (later.kind === 'delete' && later.sequence > at) entries.link(later.id, [id]);
        }
      }
    }
  };
  const unstop = (id: string) => {
    for (const name of stopped.get(id) ?? []) {
      const others = stoppedByName.get(name);
      others?.delete(id);
      if (others?.size === 0) stoppedByName.delete(name);
    }
    stopped.delete(id);
  };

  /** Held is what needs something parked or held. What follows an entry stands behind it, so it comes up later. */
  const restate = (ids: Iterable<string>) => {
    const line = createSequenceHeap();
    const offer = (id: string) => line.offer(id, entries.index.entry(id)?.sequence ?? 0);
    for (const id of ids) offer(id);
    for (let place = line.take(); place !== undefined; place = line.take()) {
      const { id } = place;
      const entry = entries.index.entry(id);
      if (entry === undefined || entry.state === 'parked') continue;
      const held = entries.index.needsOf(id).some((need) => stopped.has(need));
      if (held === stopped.has(id)) continue;
      entries.patch(id, { state: held ? 'held' : 'waiting' });
      if (held) stop(entry);
      else unstop(id);
      for (const dependent of entries.index.dependentsOf(id)) offer(dependent.id);
    }
  };
  const restateDependents = (id: string) => restate(entries.index.dependentsOf(id).map((other) => other.id));

  const add = (entry: Entry, action: OfflineAction, mentions: readonly string[]) => {
    if (entries.on(entry.resource).length === 0) {
      resources.add(entry.resource);
    }
    entries.add(entry, mentions, null);
    keep(entry.id, action);
    linkNeeds(entry, mentions);
    if (noteOf(action).parked !== undefined) {
      entries.patch(entry.id, { state: 'parked' });
      stop(entry);
    }
    restate([entry.id]);
  };

  const take = (id: string) => {
    const entry = entries.index.entry(id);
    const action = actions.get(id);
    if (entry === undefined || action === undefined) return;
    entries.remove(id);
    forget(id, action);
    unstop(id);
    if (entries.on(entry.resource).length > 0) return;
    resources.remove(entry.resource);
  };

  const index: OutboxIndex = {
    view,
    changeOf(action, description) {
      const plain = description === null || description.kind === 'read';
      const { references, resource } = referencesIn(action, description);
      const mentions = new Set<string>();
      for (const reference of references) {
        for (const name of namesOfReference(reference)) {
          for (const mentioned of resources.called(name)) mentions.add(mentioned);
        }
      }
      for (const parent of parentsOf(resource)) if (entries.on(parent).length > 0) mentions.add(parent);
      const mentionsItself = mentions.delete(resource);
      const common = { mentions: [...mentions], mentionsItself, fence: description === null };
      if (plain) return { ...common, resource, kind: 'update', author: '', barrier: true };
      const { kind, author = '', barrier = false } = description;
      return { ...common, resource, kind, author, barrier };
    },
    entryOf: (action) => entries.index.entry(ids.get(action) ?? ''),
    actionOf(id) {
      return actions.get(id) as OfflineAction;
    },
    find: (transaction) =>
      transaction === undefined ? undefined : entries.index.entry(byTransaction.get(transaction) ?? ''),
    append(action, { resource, kind, author, barrier, mentions, fence }, apart, edits) {
      sequence += 1;
      const id = String(sequence);
      // What is no change has a resource of its own.
      const own = resource === '' ? `\u0000${id}` : resource;
      const base = { id, sequence, resource: own, kind, author, group: null, barrier, edits, apart };
      add({ ...base, state: 'waiting' }, action, mentions);
      if (fence) fences.add(sequence);
      else if (resource !== '') changes.add(sequence);
    },
    rewrite(id, action, { kind, barrier, mentions }) {
      const entry = entries.index.entry(id);
      if (entry === undefined) return;
      const dependents = entries.index.dependentsOf(id);
      take(id);
      add({ ...entry, state: 'waiting', kind, barrier, edits: entry.edits + 1 }, action, mentions);
      for (const other of dependents) {
        // A delete no longer waits for what no longer mentions its resource.
        const detached =
          other.kind === 'delete' && other.resource !== entry.resource && !mentions.includes(other.resource);
        if (!detached || kind === 'create') entries.link(other.id, [id]);
      }
      restate(dependents.map((other) => other.id));
    },
    swap: keep,
    remove(id) {
      const after = entries.index.dependentsOf(id).map((other) => other.id);
      take(id);
      restate(after);
    },
    park(id) {
      const entry = entries.index.entry(id);
      if (entry === undefined) return;
      entries.patch(id, { state: 'parked' });
      stop(entry);
      restateDependents(id);
    },
    reopen(id) {
      entries.patch(id, { state: 'waiting' });
      unstop(id);
      restate([id]);
      restateDependents(id);
    },
    fencedAfter: (entry) => fences.newest() > entry.sequence,
    hasChangeAfter: (entry) => changes.newest() > entry.sequence,
    sameIdAfter: (entry) =>
      resources
        .called(lastSegment(entry.resource))
        .some(
          (resource) =>
            resource !== entry.resource &&
            lastSegment(resource) === lastSegment(entry.resource) &&
            entries.on(resource).some(({ kind, sequence: at }) => kind === 'create' && at > entry.sequence),
        ),
    dependentsOf: (id) => entries.index.dependentsOf(id),
    hasStopped: () => stopped.size > 0,
  };

  for (const action of outbox) {
    const change = index.changeOf(action, describe(action));
    const apart = change.resource !== '' && entries.on(change.resource).length > 0 ? 'attempted' : 'first';
    index.append(action, change, apart, (noteOf(action).merged?.length ?? 0) + 1);
  }
  return index;
}
