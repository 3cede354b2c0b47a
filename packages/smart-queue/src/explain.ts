import type { Entry, MergeRefusal } from './entry.ts';
import { ask, type Deciding, followersOf, unitOf } from './queueIndex.ts';

/** Why an entry stands where it stands. */
export interface Explanation {
  readonly why:
    /** Nothing holds it back: it goes with the next bundle. */
    | 'ready'
    /** Sent; whether the server acted is not known yet, so the same bytes go again. */
    | 'attempted'
    /** Something earlier goes first. */
    | 'needs'
    /** Another of its group waits for something earlier. */
    | 'group-needs'
    /** The server refused it. */
    | 'parked'
    /** What it depends on was refused. */
    | 'held';
  /** The earlier entries it waits for, or the refused ones that hold it; oldest first. */
  readonly because: readonly Entry[];
  /** How many edits were merged into it. */
  readonly edits: number;
  /** Why it did not merge into the entry before it. */
  readonly apart: MergeRefusal;
}

/** Says why an entry waits, is held or parked, and what was merged. */
export function* explain(entry: Entry): Deciding<Explanation> {
  const { edits, apart } = entry;
  switch (entry.state) {
    case 'attempted':
      return { why: 'attempted', because: [], edits, apart };
    case 'parked':
      return { why: 'parked', because: [], edits, apart };
    case 'held':
      return { why: 'held', because: yield* parkedBefore(entry), edits, apart };
    case 'waiting': {
      const own = yield* outside(entry);
      if (own.length > 0) return { why: 'needs', because: own, edits, apart };
      const others: Entry[] = [];
      for (const member of yield* unitOf(entry)) others.push(...(yield* outside(member)));
      return { why: others.length > 0 ? 'group-needs' : 'ready', because: oldestFirst(others), edits, apart };
    }
  }
}

/** Who else stops or goes on with it: how many entries wait because of this one. */
export function* countFollowers(entry: Entry): Deciding<number> {
  const unit = yield* unitOf(entry);
  return (yield* followersOf(unit.map(({ id }) => id))).length;
}

/** An explanation as one English sentence, for logs and for apps without a translation of their own. */
export function explanationToSentence({ why, because, edits, apart }: Explanation): string {
  const merged = edits > 1 ? `, ${edits} edits in one` : '';
  return `${reasonOf(why, because.length)}${merged}${apartOf(apart)}.`;
}

function reasonOf(why: Explanation['why'], count: number): string {
  const those = count === 1 ? 'one earlier change' : `${count} earlier changes`;
  switch (why) {
    case 'ready':
      return 'Goes with the next bundle';
    case 'attempted':
      return 'Sent, and the answer is not known yet: the same bytes go again until it is';
    case 'needs':
      return `Waits for ${those} to arrive first`;
    case 'group-needs':
      return `Waits because its group waits for ${those} to arrive first`;
    case 'parked':
      return 'Refused by the server: it waits for somebody to mend it';
    case 'held':
      return `Held because ${count === 1 ? 'a change' : `${count} changes`} that it depends on ${count === 1 ? 'was' : 'were'} refused`;
  }
}

function apartOf(apart: MergeRefusal): string {
  switch (apart) {
    case 'first':
      return '';
    case 'attempted':
      return '; it is apart from the change before it, which was sent already';
    case 'barrier':
      return '; it is apart from the change before it, which is closed';
    case 'author':
      return '; it is apart from the change before it, which is by another author';
    case 'group':
      return '; it is apart from the change before it, which belongs to another group';
    case 'parked':
      return '; it is apart from the change before it, which was refused';
    case 'kind':
      return '; it is apart from the change before it, since the server must see both';
    case 'order':
      return '; it is apart from the change before it, since it needs something that comes between';
  }
}

function* outside(entry: Entry): Deciding<readonly Entry[]> {
  const needed: Entry[] = [];
  for (const id of yield* ask((index) => index.needsOf(entry.id))) {
    const other = yield* ask((index) => index.entry(id));
    if (other !== undefined && (other.group === null || other.group !== entry.group)) needed.push(other);
  }
  return oldestFirst(needed);
}

/** The refused entries among all that must come before. */
function* parkedBefore(entry: Entry): Deciding<readonly Entry[]> {
  const seen = new Set<string>();
  const parked: Entry[] = [];
  const open: Entry[] = [entry];
  for (let here = open.pop(); here !== undefined; here = open.pop()) {
    for (const member of yield* unitOf(here)) {
      if (seen.has(member.id)) continue;
      seen.add(member.id);
      if (member.state === 'parked') parked.push(member);
      for (const id of yield* ask((index) => index.needsOf(member.id))) {
        const other = yield* ask((index) => index.entry(id));
        if (other !== undefined && other.state !== 'waiting') open.push(other);
      }
    }
  }
  return oldestFirst(parked);
}

function oldestFirst(entries: readonly Entry[]): readonly Entry[] {
  return [...new Map(entries.map((entry) => [entry.id, entry])).values()].toSorted(
    (a, b) => a.sequence - b.sequence,
  );
}
