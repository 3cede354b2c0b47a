import type { Entry } from './entry.ts';

/**
 * What the queue's decisions ask of the place where entries are kept, in memory or in SQL. Each answer must cost
 * the same with 100,000 entries waiting as with 100; none of them lists the queue.
 */
export interface QueueIndex {
  /** The latest unsettled entry on a resource. */
  lastOn(resource: string): Promise<Entry | undefined>;
  /** The latest unsettled create of a resource (it may have been deleted and created again). */
  createOf(resource: string): Promise<Entry | undefined>;
  entry(id: string): Promise<Entry | undefined>;
  /** Ids of the unsettled entries that an entry must follow. */
  needsOf(id: string): Promise<readonly string[]>;
  /** Unsettled entries that must follow an entry. */
  dependentsOf(id: string): Promise<readonly Entry[]>;
  membersOf(group: string): Promise<readonly Entry[]>;
}

/** An entry alone, or its whole group. */
export async function unitOf(index: QueueIndex, entry: Entry): Promise<readonly Entry[]> {
  return entry.group === null ? [entry] : await index.membersOf(entry.group);
}

/** True when something in `from`, or something that must come before it, is in `targets`. */
export async function reaches(
  index: QueueIndex,
  from: Iterable<string>,
  targets: ReadonlySet<string>,
): Promise<boolean> {
  const seen = new Set<string>();
  const open = [...from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (targets.has(id)) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    const entry = await index.entry(id);
    if (entry === undefined) continue;
    for (const member of await unitOf(index, entry)) {
      if (targets.has(member.id)) return true;
      seen.add(member.id);
      open.push(...(await index.needsOf(member.id)));
    }
  }
  return false;
}

/** The waiting entries that can no longer be sent because those in `ids` cannot, groups whole (O5). */
export async function entriesToHold(index: QueueIndex, ids: Iterable<string>): Promise<readonly string[]> {
  const seen = new Set<string>(ids);
  const held: string[] = [];
  const open = [...seen];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const dependent of await index.dependentsOf(id)) {
      for (const member of await unitOf(index, dependent)) {
        if (seen.has(member.id)) continue;
        seen.add(member.id);
        open.push(member.id);
        if (member.state === 'waiting') held.push(member.id);
      }
    }
  }
  return held;
}
