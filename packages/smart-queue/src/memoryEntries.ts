import type { Entry } from './entry.ts';
import type { MemoryIndex } from './queueIndex.ts';

/** Entries in memory with what relates them, each look-up in constant time. */
export interface MemoryEntries {
  readonly index: MemoryIndex;
  all(): readonly Entry[];
  /** The entries on a resource, in order of sequence. */
  on(resource: string): readonly Entry[];
  add(entry: Entry, references: Iterable<string>): void;
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

interface Kept {
  entry: Entry;
  readonly references: Set<string>;
  readonly needs: Set<string>;
  readonly dependents: Set<string>;
}

export function createMemoryEntries(): MemoryEntries {
  const kept = new Map<string, Kept>();
  /** In order of sequence. */
  const byResource = new Map<string, string[]>();
  const byGroup = new Map<string, Set<string>>();
  const byReference = new Map<string, Set<string>>();

  const present = (ids: Iterable<string>): Entry[] => {
    const entries: Entry[] = [];
    for (const id of ids) {
      const item = kept.get(id);
      if (item !== undefined) entries.push(item.entry);
    }
    return entries;
  };
  const bySequence = (entries: Entry[]) => entries.toSorted((a, b) => a.sequence - b.sequence);

  const refer = (id: string, references: Iterable<string>) => {
    for (const reference of references) {
      kept.get(id)?.references.add(reference);
      addTo(byReference, reference, id);
    }
  };

  const insert = (item: Kept) => {
    const { id, resource, group } = item.entry;
    kept.set(id, item);
    if (group !== null) addTo(byGroup, group, id);
    for (const reference of item.references) addTo(byReference, reference, id);
    for (const need of item.needs) kept.get(need)?.dependents.add(id);
    for (const dependent of item.dependents) kept.get(dependent)?.needs.add(id);
    const line = byResource.get(resource);
    if (line === undefined) byResource.set(resource, [id]);
    else line.push(id);
  };

  const remove = (id: string): Kept | undefined => {
    const item = kept.get(id);
    if (item === undefined) return undefined;
    const { resource, group } = item.entry;
    kept.delete(id);
    for (const need of item.needs) kept.get(need)?.dependents.delete(id);
    for (const dependent of item.dependents) kept.get(dependent)?.needs.delete(id);
    for (const reference of item.references) removeFrom(byReference, reference, id);
    if (group !== null) removeFrom(byGroup, group, id);
    const rest = (byResource.get(resource) ?? []).filter((other) => other !== id);
    if (rest.length > 0) byResource.set(resource, rest);
    else byResource.delete(resource);
    return item;
  };

  return {
    index: {
      lastOn: (resource) => kept.get(byResource.get(resource)?.at(-1) ?? '')?.entry,
      createOf: (resource) =>
        byResource
          .get(resource)
          ?.map((id) => kept.get(id)?.entry)
          .findLast((entry) => entry?.kind === 'create'),
      referrersOf: (resource) => present(byReference.get(resource) ?? []),
      entry: (id) => kept.get(id)?.entry,
      needsOf: (id) => [...(kept.get(id)?.needs ?? [])],
      dependentsOf: (id) => present(kept.get(id)?.dependents ?? []),
      membersOf: (group) => bySequence(present(byGroup.get(group) ?? [])),
    },
    all: () => bySequence(present(kept.keys())),
    on: (resource) => present(byResource.get(resource) ?? []),
    add(entry, references) {
      insert({ entry, references: new Set(references), needs: new Set(), dependents: new Set() });
    },
    patch(id, fields) {
      const item = kept.get(id);
      if (item === undefined) return;
      const before = item.entry.group;
      item.entry = { ...item.entry, ...fields };
      const after = item.entry.group;
      if (before === after) return;
      if (before !== null) removeFrom(byGroup, before, id);
      if (after !== null) addTo(byGroup, after, id);
    },
    refer,
    referencesOf: (id) => [...(kept.get(id)?.references ?? [])],
    link(id, needs) {
      for (const need of needs) {
        if (need === id || !kept.has(need)) continue;
        kept.get(id)?.needs.add(need);
        kept.get(need)?.dependents.add(id);
      }
    },
    rename(id, newId) {
      const line = byResource.get(kept.get(id)?.entry.resource ?? '') ?? [];
      const item = remove(id);
      if (item === undefined) return;
      insert({ ...item, entry: { ...item.entry, id: newId } });
      // It stands where it stood among the entries of its resource.
      byResource.set(
        item.entry.resource,
        line.map((other) => (other === id ? newId : other)),
      );
    },
    remove(id) {
      remove(id);
    },
  };
}

function addTo(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([value]));
  else set.add(value);
}

function removeFrom(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key);
  set?.delete(value);
  if (set?.size === 0) sets.delete(key);
}
