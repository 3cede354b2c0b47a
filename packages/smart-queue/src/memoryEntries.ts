import type { Entry } from './entry.ts';
import type { MemoryIndex } from './queueIndex.ts';

/** Entries in memory with their bodies and what relates them, each look-up in constant time. */
export interface MemoryEntries<Body> {
  readonly index: MemoryIndex;
  all(): readonly Entry[];
  /** The entries on a resource, in order of sequence. */
  on(resource: string): readonly Entry[];
  add(entry: Entry, references: Iterable<string>, body: Body): void;
  bodyOf(id: string): Body | undefined;
  setBody(id: string, body: Body): void;
  /** `resource` and `sequence` never change. */
  patch(id: string, fields: Partial<Omit<Entry, 'id' | 'sequence' | 'resource'>>): void;
  /** Adds to what the bodies of an entry refer or referred to. */
  refer(id: string, references: Iterable<string>): void;
  referencesOf(id: string): readonly string[];
  /** `id` must follow each of `needs`. */
  link(id: string, needs: Iterable<string>): void;
  rename(id: string, newId: string): void;
  remove(id: string): void;
}

interface Kept<Body = unknown> {
  entry: Entry;
  body: Body;
  readonly references: Set<string>;
  readonly needs: Set<Kept>;
  readonly dependents: Set<Kept>;
}

export function createMemoryEntries<Body>(): MemoryEntries<Body> {
  const kept = new Map<string, Kept<Body>>();
  /** In order of sequence. */
  const byResource = new Map<string, Kept[]>();
  const byGroup = new Map<string, Set<Kept>>();
  const byReference = new Map<string, Set<Kept>>();

  return {
    index: {
      lastOn: (resource) => byResource.get(resource)?.at(-1)?.entry,
      createOf: (resource) =>
        byResource.get(resource)?.findLast(({ entry }) => entry.kind === 'create')?.entry,
      referrersOf: (resource) => entriesOf(byReference.get(resource)),
      entry: (id) => kept.get(id)?.entry,
      needsOf: (id) => entriesOf(kept.get(id)?.needs).map((needed) => needed.id),
      dependentsOf: (id) => entriesOf(kept.get(id)?.dependents),
      membersOf: (group) => bySequence(entriesOf(byGroup.get(group))),
    },
    all: () => bySequence(entriesOf(kept.values())),
    on: (resource) => entriesOf(byResource.get(resource)),
    add(entry, references, body) {
      const item: Kept<Body> = {
        entry,
        body,
        references: new Set(references),
        needs: new Set(),
        dependents: new Set(),
      };
      kept.set(entry.id, item);
      if (entry.group !== null) addTo(byGroup, entry.group, item);
      for (const reference of item.references) addTo(byReference, reference, item);
      const line = byResource.get(entry.resource);
      if (line === undefined) byResource.set(entry.resource, [item]);
      else line.push(item);
    },
    bodyOf: (id) => kept.get(id)?.body,
    setBody(id, body) {
      const item = kept.get(id);
      if (item !== undefined) item.body = body;
    },
    patch(id, fields) {
      const item = kept.get(id);
      if (item === undefined) return;
      const before = item.entry.group;
      item.entry = { ...item.entry, ...fields };
      const after = item.entry.group;
      if (before === after) return;
      if (before !== null) removeFrom(byGroup, before, item);
      if (after !== null) addTo(byGroup, after, item);
    },
    refer(id, references) {
      const item = kept.get(id);
      if (item === undefined) return;
      for (const reference of references) {
        item.references.add(reference);
        addTo(byReference, reference, item);
      }
    },
    referencesOf: (id) => [...(kept.get(id)?.references ?? [])],
    link(id, needs) {
      const item = kept.get(id);
      if (item === undefined) return;
      for (const need of needs) {
        const needed = kept.get(need);
        if (needed === undefined || needed === item) continue;
        item.needs.add(needed);
        needed.dependents.add(item);
      }
    },
    rename(id, newId) {
      const item = kept.get(id);
      if (item === undefined) return;
      kept.delete(id);
      item.entry = { ...item.entry, id: newId };
      kept.set(newId, item);
    },
    remove(id) {
      const item = kept.get(id);
      if (item === undefined) return;
      const { resource, group } = item.entry;
      kept.delete(id);
      for (const needed of item.needs) needed.dependents.delete(item);
      for (const dependent of item.dependents) dependent.needs.delete(item);
      for (const reference of item.references) removeFrom(byReference, reference, item);
      if (group !== null) removeFrom(byGroup, group, item);
      const rest = (byResource.get(resource) ?? []).filter((other) => other !== item);
      if (rest.length > 0) byResource.set(resource, rest);
      else byResource.delete(resource);
    },
  };
}

const entriesOf = (items: Iterable<Kept> = []): Entry[] => Array.from(items, ({ entry }) => entry);
const bySequence = (entries: Entry[]): Entry[] => entries.toSorted((a, b) => a.sequence - b.sequence);

function addTo(sets: Map<string, Set<Kept>>, key: string, value: Kept): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([value]));
  else set.add(value);
}

function removeFrom(sets: Map<string, Set<Kept>>, key: string, value: Kept): void {
  const set = sets.get(key);
  set?.delete(value);
  if (set?.size === 0) sets.delete(key);
}
