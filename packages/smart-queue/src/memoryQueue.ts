import { decideEnqueue, dependentsToHold, type EnqueueDecision } from './decideEnqueue.ts';
import { decidePark } from './decidePark.ts';
import type { Edit, Entry } from './entry.ts';
import { planBatch } from './planBatch.ts';
import type { QueueIndex } from './queueIndex.ts';

interface Kept<Body> {
  entry: Entry;
  body: Body;
  readonly needs: Set<string>;
  readonly dependents: Set<string>;
}

/** A queue in memory: the same decisions as over SQL, for apps that keep their queue themselves. */
export interface MemoryQueue<Body> {
  /** One edit, or all edits of one group, one per resource. */
  enqueue(edits: readonly (Edit & { readonly body: Body })[]): Promise<readonly EnqueueDecision[]>;
  /** What is attempted already, else the next that is ready, now attempted. */
  nextBatch(limits: { readonly entries: number; readonly bytes: number }): {
    readonly kind: 'batch' | 'transaction';
    readonly entries: readonly { readonly entry: Entry; readonly body: Body }[];
  } | null;
  acknowledge(id: string): void;
  park(id: string): Promise<void>;
  entries(): readonly Entry[];
}

export function createMemoryQueue<Body>(sizeOf: (body: Body) => number): MemoryQueue<Body> {
  const kept = new Map<string, Kept<Body>>();
  const byResource = new Map<string, string[]>();
  const groups = new Map<string, Set<string>>();
  let sequence = 0;
  let attempted: { readonly kind: 'batch' | 'transaction'; readonly ids: readonly string[] } | null = null;

  const entryOf = (id: string) => kept.get(id)?.entry;
  const present = (ids: Iterable<string>): Entry[] => [...ids].flatMap((id) => entryOf(id) ?? []);
  const onResource = (resource: string) => present(byResource.get(resource) ?? []);
  const index: QueueIndex = {
    lastOn: async (resource) => onResource(resource).at(-1),
    createOf: async (resource) => onResource(resource).findLast(({ kind }) => kind === 'create'),
    entry: async (id) => entryOf(id),
    needsOf: async (id) => [...(kept.get(id)?.needs ?? [])],
    dependentsOf: async (id) => present(kept.get(id)?.dependents ?? []),
    membersOf: async (group) => present(groups.get(group) ?? []),
  };

  const patch = (id: string, fields: Partial<Entry>) => {
    const item = kept.get(id);
    if (item !== undefined) item.entry = { ...item.entry, ...fields };
  };
  const join = (id: string, group: string | null) => {
    if (group === null) return;
    const members = groups.get(group) ?? new Set();
    groups.set(group, members.add(id));
  };
  const need = (id: string, needs: readonly string[]) => {
    for (const other of needs) {
      kept.get(id)?.needs.add(other);
      kept.get(other)?.dependents.add(id);
    }
  };
  const apply = (decision: EnqueueDecision, body: Body) => {
    const { edit } = decision;
    if (decision.do === 'merge') {
      const { id } = decision.into;
      patch(id, { kind: decision.kind, group: edit.group, barrier: edit.barrier, state: decision.state });
      const item = kept.get(id);
      if (item !== undefined) item.body = body;
      join(id, edit.group);
      need(id, decision.addNeeds);
      return;
    }
    sequence += 1;
    const { id, resource, kind, author, group, barrier } = edit;
    const entry: Entry = { id, sequence, resource, kind, author, group, barrier, state: decision.state };
    kept.set(id, { entry, body, needs: new Set(), dependents: new Set() });
    byResource.set(resource, [...(byResource.get(resource) ?? []), id]);
    join(id, group);
    need(id, decision.needs);
  };
  const isReady = (entry: Entry): boolean =>
    (entry.group === null ? [entry] : present(groups.get(entry.group) ?? [])).every(
      (member) =>
        member.state === 'waiting' &&
        present(kept.get(member.id)?.needs ?? []).every(
          (needed) => needed.group !== null && needed.group === entry.group,
        ),
    );

  return {
    async enqueue(edits) {
      const decisions = await decideEnqueue(index, edits);
      const hold = await dependentsToHold(index, decisions);
      decisions.forEach((decision, at) => {
        const edit = edits[at];
        if (edit !== undefined) apply(decision, edit.body);
      });
      for (const id of hold) patch(id, { state: 'held' });
      return decisions;
    },
    nextBatch(limits) {
      if (attempted === null || !attempted.ids.some((id) => kept.has(id))) {
        const ready = [...kept.values()].filter(({ entry }) => isReady(entry));
        const plan = planBatch(
          ready.map(({ entry, body }) => ({ entry, size: sizeOf(body) })),
          limits,
        );
        if (plan === undefined) return null;
        for (const id of plan.ids) patch(id, { state: 'attempted' });
        attempted = plan;
      }
      const entries = attempted.ids.flatMap((id) => kept.get(id) ?? []);
      return {
        kind: attempted.kind,
        entries: entries
          .filter(({ entry }) => entry.state === 'attempted')
          .map(({ entry, body }) => ({ entry, body })),
      };
    },
    acknowledge(id) {
      const item = kept.get(id);
      if (item === undefined) return;
      for (const other of item.dependents) kept.get(other)?.needs.delete(id);
      for (const other of item.needs) kept.get(other)?.dependents.delete(id);
      kept.delete(id);
      const rest = (byResource.get(item.entry.resource) ?? []).filter((other) => other !== id);
      if (rest.length > 0) byResource.set(item.entry.resource, rest);
      else byResource.delete(item.entry.resource);
      if (item.entry.group !== null) groups.get(item.entry.group)?.delete(id);
    },
    async park(id) {
      const entry = entryOf(id);
      if (entry === undefined) return;
      const { parked, held } = await decidePark(index, entry);
      for (const other of parked) patch(other, { state: 'parked' });
      for (const other of held) patch(other, { state: 'held' });
      if (attempted?.ids.every((other) => entryOf(other)?.state !== 'attempted') === true) attempted = null;
    },
    entries: () => [...kept.values()].map(({ entry }) => entry),
  };
}
