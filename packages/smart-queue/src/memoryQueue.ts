import { decideEnqueue, decideVanish, type EnqueueDecision, type EnqueuePlan } from './decideEnqueue.ts';
import { decideFailure, decideReopen, type Failure, type ParkDecision } from './decidePark.ts';
import type { Edit, Entry } from './entry.ts';
import { explain, type Explanation } from './explain.ts';
import { createMemoryEntries } from './memoryEntries.ts';
import { type Candidate, planBatch } from './planBatch.ts';
import { decideNow } from './queueIndex.ts';
import { createReadyLine } from './readyLine.ts';

export interface QueuedEdit<Body> extends Edit {
  readonly body: Body;
}

/** What is sent together. */
export interface QueueBatch<Body> {
  /** `transaction`: one group, all or nothing. `batch`: entries independent of each other. */
  readonly kind: 'batch' | 'transaction';
  /** It was attempted before: the same bytes go again under the same ids (O4). */
  readonly again: boolean;
  readonly entries: readonly { readonly entry: Entry; readonly body: Body }[];
}

export interface BatchLimits {
  /** A group larger than this still travels whole. */
  readonly entries: number;
  /** In the unit of `sizeOf`; the first unit travels even if it is larger. */
  readonly bytes: number;
}

/** A queue as plain data, to be kept where the app keeps its own, and handed back at the next start. */
export interface SavedQueue<Body> {
  readonly sequence: number;
  /** Ids of each bundle that was attempted and has no outcome yet. */
  readonly attempts: readonly (readonly string[])[];
  readonly entries: readonly {
    readonly entry: Entry;
    readonly body: Body;
    readonly needs: readonly string[];
    readonly references: readonly string[];
  }[];
}

/**
 * A queue in memory, for apps that keep their queue themselves: the same decisions as over SQL. Save it after each
 * call that changes it, and after `attempt` before the first byte leaves (O4).
 */
export interface MemoryQueue<Body> {
  /** One edit, or all edits of one group, one per resource. */
  enqueue(edits: readonly QueuedEdit<Body>[]): EnqueuePlan;
  /** Takes a create that nobody has seen out of the queue because of its delete; null if both must be sent. */
  vanish(edit: Edit): Entry | null;
  /** What was attempted and has no outcome yet, oldest first; else what would go next. Changes nothing. */
  nextBatch(limits: BatchLimits): QueueBatch<Body> | null;
  /** From now on these entries never change. */
  attempt(batch: QueueBatch<Body>): void;
  acknowledge(id: string): void;
  fail(id: string, failure: Failure): ParkDecision;
  /** A parked entry goes again as it is, its group with it, each under a new id. Returns the new ids. */
  reopen(id: string, newId: () => string): readonly string[];
  /**
   * A parked entry goes again with another body under a new id. `reapply` carries the mend over into the later
   * edits of the resource.
   */
  mend(id: string, body: Body, newId: () => string, reapply: (later: Body) => Body): readonly string[];
  explain(id: string): Explanation | undefined;
  entries(): readonly Entry[];
  bodyOf(id: string): Body | undefined;
  save(): SavedQueue<Body>;
}

/**
 * Makes a queue, or goes on with a saved one: what was attempted then is still attempted.
 * `sizeOf` says how large a body is, in the unit of the limits.
 */
export function createMemoryQueue<Body>(
  sizeOf: (body: Body) => number,
  saved?: SavedQueue<Body>,
): MemoryQueue<Body> {
  const entries = createMemoryEntries<Body>();
  const { index } = entries;
  const bodyOf = (id: string) => entries.bodyOf(id) as Body;
  const ready = createReadyLine();
  let attempts: (readonly string[])[] = [];
  let sequence = 0;

  const unitOf = (entry: Entry) => (entry.group === null ? [entry] : index.membersOf(entry.group));
  const isReady = (unit: readonly Entry[]) =>
    unit.every(
      (member) =>
        member.state === 'waiting' &&
        index.needsOf(member.id).every((id) => {
          const needed = index.entry(id);
          return needed === undefined || (needed.group !== null && needed.group === member.group);
        }),
    );
  const offer = (ids: Iterable<string>) => {
    for (const id of ids) {
      const entry = index.entry(id);
      const unit = entry === undefined ? [] : unitOf(entry);
      const [first] = unit;
      if (first !== undefined && isReady(unit)) ready.offer(first.id, first.sequence);
    }
  };
  const withBodies = (chosen: readonly Entry[]) => chosen.map((entry) => ({ entry, body: bodyOf(entry.id) }));

  const apply = (decision: EnqueueDecision, body: Body) => {
    const { edit } = decision;
    const references = [...edit.references, ...edit.formerReferences];
    if (decision.do === 'merge') {
      const { id, edits } = decision.into;
      const { kind, state, addNeeds } = decision;
      entries.patch(id, { kind, state, group: edit.group, barrier: edit.barrier, edits: edits + 1 });
      entries.refer(id, references);
      entries.link(id, addNeeds);
      entries.setBody(id, body);
      return id;
    }
    sequence += 1;
    const { id, resource, kind, author, group, barrier } = edit;
    const { state, refusal: apart } = decision;
    entries.add(
      { id, sequence, resource, kind, author, group, barrier, state, edits: 1, apart },
      references,
      body,
    );
    entries.link(id, decision.needs);
    return id;
  };
  /** An attempt ends when each of its entries has its outcome. */
  const closeAttempts = () => {
    attempts = attempts.filter((ids) => ids.some((id) => index.entry(id)?.state === 'attempted'));
  };

  const nextReady = (limits: BatchLimits): QueueBatch<Body> | null => {
    const candidates: Candidate[] = [];
    for (const place of ready.places()) {
      const first = index.entry(place.id);
      const unit = first === undefined ? [] : unitOf(first);
      if (first === undefined || !isReady(unit)) {
        ready.drop(place);
        continue;
      }
      for (const entry of unit) candidates.push({ entry, size: sizeOf(bodyOf(entry.id)) });
      if (first.group !== null && candidates[0]?.entry.group === first.group) break;
      if (candidates.length >= limits.entries) break;
    }
    const plan = planBatch(candidates, limits);
    if (plan === undefined) return null;
    const chosen = new Set(plan.ids);
    const members = candidates.flatMap(({ entry }) => (chosen.has(entry.id) ? [entry] : []));
    return { kind: plan.kind, again: false, entries: withBodies(members) };
  };

  const reopen = (id: string, newId: () => string): readonly string[] => {
    const entry = index.entry(id);
    if (entry?.state !== 'parked') return [];
    const { reopened, released, stillHeld } = decideNow(decideReopen(entry), index);
    const ids = reopened.map((old) => {
      const fresh = newId();
      entries.patch(old, { state: stillHeld ? 'held' : 'waiting' });
      entries.rename(old, fresh);
      return fresh;
    });
    for (const other of released) entries.patch(other, { state: 'waiting' });
    offer([...ids, ...released]);
    return ids;
  };

  if (saved !== undefined) {
    sequence = saved.sequence;
    attempts = [...saved.attempts];
    const ordered = saved.entries.toSorted((a, b) => a.entry.sequence - b.entry.sequence);
    for (const { entry, body, references } of ordered) {
      entries.add(entry, references, body);
    }
    for (const { entry, needs } of ordered) entries.link(entry.id, needs);
    offer(ordered.map(({ entry }) => entry.id));
  }

  return {
    enqueue(edits) {
      const plan = decideNow(decideEnqueue(edits), index);
      const changed = plan.decisions.flatMap((decision, at) => {
        const id = apply(decision, edits[at]?.body as Body);
        return standsWhereItStood(decision) ? [] : [id];
      });
      for (const id of plan.hold) entries.patch(id, { state: 'held' });
      offer(changed);
      return plan;
    },
    vanish(edit) {
      const gone = decideNow(decideVanish(edit), index);
      if (gone !== null) entries.remove(gone.id);
      return gone;
    },
    nextBatch(limits) {
      const [open] = attempts;
      if (open === undefined) return nextReady(limits);
      const members = open
        .flatMap((id) => index.entry(id) ?? [])
        .filter(({ state }) => state === 'attempted');
      const kind = members[0]?.group === null ? 'batch' : 'transaction';
      return { kind, again: true, entries: withBodies(members) };
    },
    attempt(batch) {
      if (batch.again) return;
      const ids = batch.entries.map(({ entry }) => entry.id);
      for (const id of ids) entries.patch(id, { state: 'attempted' });
      attempts.push(ids);
    },
    acknowledge(id) {
      const entry = index.entry(id);
      if (entry === undefined) return;
      const dependents = index.dependentsOf(id).map((other) => other.id);
      const rest = unitOf(entry).map((other) => other.id);
      entries.remove(id);
      closeAttempts();
      offer([...dependents, ...rest]);
    },
    fail(id, failure) {
      const entry = index.entry(id);
      if (entry === undefined) return { parked: [], held: [] };
      const decision = decideNow(decideFailure(entry, failure), index);
      for (const other of decision.parked) entries.patch(other, { state: 'parked' });
      for (const other of decision.held) entries.patch(other, { state: 'held' });
      closeAttempts();
      return decision;
    },
    reopen,
    mend(id, body, newId, reapply) {
      const entry = index.entry(id);
      if (entry?.state !== 'parked') return [];
      entries.setBody(id, body);
      for (const later of entries.on(entry.resource)) {
        if (later.sequence <= entry.sequence || later.state === 'attempted' || later.kind === 'delete')
          continue;
        entries.setBody(later.id, reapply(bodyOf(later.id)));
      }
      return reopen(id, newId);
    },
    explain(id) {
      const entry = index.entry(id);
      return entry === undefined ? undefined : decideNow(explain(entry), index);
    },
    entries: () => entries.all(),
    bodyOf: (id) => entries.bodyOf(id),
    save: () => ({
      sequence,
      attempts: [...attempts],
      entries: entries.all().map((entry) => ({
        entry,
        body: bodyOf(entry.id),
        needs: index.needsOf(entry.id),
        references: entries.referencesOf(entry.id),
      })),
    }),
  };
}

/** Merged into an entry whose place among what may be sent is as before: it is there already, or waits as it did. */
function standsWhereItStood(decision: EnqueueDecision): boolean {
  if (decision.do !== 'merge') return false;
  return decision.into.state === decision.state && decision.into.group === decision.edit.group;
}
