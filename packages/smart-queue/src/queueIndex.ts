import { CodedError } from '@fieldchart/foundation';
import type { Entry } from './entry.ts';

type Awaitable<T> = T | Promise<T>;

/**
 * What the queue's decisions ask of the place where entries are kept, in memory or in SQL. Each answer must cost
 * the same with 100,000 entries waiting as with 100; none of them lists the queue.
 */
export interface QueueIndex {
  /** The latest unsettled entry on a resource. */
  lastOn(resource: string): Awaitable<Entry | undefined>;
  /** The latest unsettled create of a resource (it may have been deleted and created again). */
  createOf(resource: string): Awaitable<Entry | undefined>;
  /** Unsettled entries whose old or new body refers to a resource. Asked for a delete only. */
  referrersOf(resource: string): Awaitable<readonly Entry[]>;
  entry(id: string): Awaitable<Entry | undefined>;
  /** Ids of the unsettled entries that an entry must follow. */
  needsOf(id: string): Awaitable<readonly string[]>;
  /** Unsettled entries that must follow an entry. */
  dependentsOf(id: string): Awaitable<readonly Entry[]>;
  membersOf(group: string): Awaitable<readonly Entry[]>;
}

/** An index whose every answer is there at once. */
export type MemoryIndex = {
  readonly [Name in keyof QueueIndex]: (
    ...args: Parameters<QueueIndex[Name]>
  ) => Awaited<ReturnType<QueueIndex[Name]>>;
};

/**
 * A decision under way: it asks the index and goes on with the answer. Written once, it runs over an index in
 * memory ({@link decideNow}) and over one in SQL ({@link decide}).
 */
export type Deciding<T> = Generator<(index: QueueIndex) => unknown, T, unknown>;

/** One question and its answer, within a decision. */
export function* ask<T>(question: (index: QueueIndex) => Awaitable<T>): Deciding<T> {
  return (yield question) as T;
}

/** Comes to the decision over an index whose answers take time. */
export async function decide<T>(deciding: Deciding<T>, index: QueueIndex): Promise<T> {
  let step = deciding.next();
  while (step.done !== true) step = deciding.next(await step.value(index));
  return step.value;
}

/** Comes to the decision at once, over an index in memory. */
export function decideNow<T>(deciding: Deciding<T>, index: MemoryIndex): T {
  let step = deciding.next();
  while (step.done !== true) {
    const answer = step.value(index);
    if (answer instanceof Promise) throw new CodedError('QUEUE_INDEX', 'An index in memory answers at once');
    step = deciding.next(answer);
  }
  return step.value;
}

/** An entry alone, or its whole group. */
export function* unitOf(entry: Entry): Deciding<readonly Entry[]> {
  const { group } = entry;
  return group === null ? [entry] : yield* ask((index) => index.membersOf(group));
}

/** True when something in `from`, or something that must come before it, is in `targets`. */
export function* reaches(from: Iterable<string>, targets: ReadonlySet<string>): Deciding<boolean> {
  const seen = new Set<string>();
  const open = [...from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (targets.has(id)) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    const here = id;
    const entry = yield* ask((index) => index.entry(here));
    if (entry === undefined) continue;
    for (const member of yield* unitOf(entry)) {
      if (targets.has(member.id)) return true;
      seen.add(member.id);
      open.push(...(yield* ask((index) => index.needsOf(member.id))));
    }
  }
  return false;
}

/** Everything that comes after those in `ids` because of them, groups whole, without `ids` themselves. */
export function* followersOf(ids: Iterable<string>): Deciding<readonly Entry[]> {
  const seen = new Set<string>(ids);
  const followers: Entry[] = [];
  const open = [...seen];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const here = id;
    for (const dependent of yield* ask((index) => index.dependentsOf(here))) {
      for (const member of yield* unitOf(dependent)) {
        if (seen.has(member.id)) continue;
        seen.add(member.id);
        open.push(member.id);
        followers.push(member);
      }
    }
  }
  return followers;
}
