import { type Crowd, createCrowd } from './crowd.ts';
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

/** Few objects an entry, most of them made only where they are needed: with 100,000 waiting, what a look-up costs is memory. */
interface Kept<Body = unknown> {
  entry: Entry;
  body: Body;
  /** Each once. */
  references: readonly string[];
  needs: Crowd<Kept> | null;
  dependents: Crowd<Kept> | null;
  /** The one before it on its resource. */
  earlier: Kept | null;
  gone: boolean;
}

export function createMemoryEntries<Body>(): MemoryEntries<Body> {
  const kept = new Map<string, Kept<Body>>();
  const lastByResource = new Map<string, Kept>();
  const byGroup = new Map<string, readonly Kept[]>();
  const byReference = new Map<string, Crowd<Kept>>();

  const referTo = (reference: string, item: Kept) => {
    let crowd = byReference.get(reference);
    if (crowd === undefined) byReference.set(reference, (crowd = createCrowd()));
    crowd.join(item);
  };
  const joinGroup = (group: string | null, item: Kept) => {
    if (group !== null) byGroup.set(group, [...(byGroup.get(group) ?? []), item]);
  };
  const leaveGroup = (group: string | null, item: Kept) => {
    if (group === null) return;
    const rest = (byGroup.get(group) ?? []).filter((other) => other !== item);
    if (rest.length > 0) byGroup.set(group, rest);
    else byGroup.delete(group);
  };
  const leaveResource = (item: Kept) => {
    const { resource } = item.entry;
    const last = lastByResource.get(resource);
    if (last !== item) {
      const later = lineOf(last).find((one) => one.earlier === item);
      if (later !== undefined) later.earlier = item.earlier;
    } else if (item.earlier === null) lastByResource.delete(resource);
    else lastByResource.set(resource, item.earlier);
  };
  const leaveReference = (reference: string) => {
    const crowd = byReference.get(reference);
    crowd?.noteLeft();
    if (crowd?.size() === 0) byReference.delete(reference);
  };

  return {
    index: {
      lastOn: (resource) => lastByResource.get(resource)?.entry,
      createOf: (resource) =>
        lineOf(lastByResource.get(resource)).find(({ entry }) => entry.kind === 'create')?.entry,
      referrersOf: (resource) => entriesOf(byReference.get(resource)?.present()),
      entry: (id) => kept.get(id)?.entry,
      needsOf: (id) => entriesOf(kept.get(id)?.needs?.present()).map((needed) => needed.id),
      dependentsOf: (id) => entriesOf(kept.get(id)?.dependents?.present()),
      membersOf: (group) => bySequence(entriesOf(byGroup.get(group))),
    },
    all: () => bySequence(entriesOf(kept.values())),
    on: (resource) => entriesOf(lineOf(lastByResource.get(resource))).toReversed(),
    add(entry, references, body) {
      const item: Kept<Body> = {
        entry,
        body,
        references: [...new Set(references)],
        needs: null,
        dependents: null,
        earlier: lastByResource.get(entry.resource) ?? null,
        gone: false,
      };
      kept.set(entry.id, item);
      lastByResource.set(entry.resource, item);
      joinGroup(entry.group, item);
      for (const reference of item.references) referTo(reference, item);
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
      leaveGroup(before, item);
      joinGroup(after, item);
    },
    refer(id, references) {
      const item = kept.get(id);
      if (item === undefined) return;
      const known = new Set(item.references);
      const fresh = [...new Set(references)].filter((reference) => !known.has(reference));
      if (fresh.length === 0) return;
      item.references = [...item.references, ...fresh];
      for (const reference of fresh) referTo(reference, item);
    },
    referencesOf: (id) => kept.get(id)?.references ?? [],
    link(id, needs) {
      const item = kept.get(id);
      if (item === undefined) return;
      const known = new Set([item, ...(item.needs?.present() ?? [])]);
      for (const need of needs) {
        const needed = kept.get(need);
        if (needed === undefined || known.has(needed)) continue;
        known.add(needed);
        (item.needs ??= createCrowd()).join(needed);
        (needed.dependents ??= createCrowd()).join(item);
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
      kept.delete(id);
      item.gone = true;
      for (const needed of item.needs?.present() ?? []) needed.dependents?.noteLeft();
      for (const dependent of item.dependents?.present() ?? []) dependent.needs?.noteLeft();
      for (const reference of item.references) leaveReference(reference);
      leaveGroup(item.entry.group, item);
      leaveResource(item);
      // Where it is not swept out yet it keeps nothing else from going.
      item.needs = item.dependents = item.earlier = null;
    },
  };
}

/** Latest first. */
function lineOf(last: Kept | undefined): Kept[] {
  const line: Kept[] = [];
  for (let item = last ?? null; item !== null; item = item.earlier) line.push(item);
  return line;
}

const entriesOf = (items: Iterable<Kept> = []): Entry[] => Array.from(items, ({ entry }) => entry);
const bySequence = (entries: Entry[]): Entry[] => entries.toSorted((a, b) => a.sequence - b.sequence);
