import type { Entry } from './entry.ts';
import { ask, type Deciding, followersOf, unitOf } from './queueIndex.ts';

/** What is known of an attempt that was not acknowledged. */
export type Failure =
  /** Timeout, lost answer, a server that fails, a page of a captive portal: not a failure; the same bytes go again. */
  | 'unknown'
  /** The server judged this entry, and will again. */
  | 'refused'
  /** The server's record moved or is gone: a person decides. */
  | 'conflict';

/** Who stops and who waits. Ids of entries. */
export interface ParkDecision {
  readonly parked: readonly string[];
  readonly held: readonly string[];
}

/** What a failed attempt changes: nothing while its outcome is unknown (O4), else its unit parks (O5). */
export function* decideFailure(entry: Entry, failure: Failure): Deciding<ParkDecision> {
  switch (failure) {
    case 'unknown':
      return { parked: [], held: [] };
    case 'refused':
    case 'conflict':
      return yield* decidePark(entry);
  }
}

/** Who stops when the server refuses an entry: it and its group are parked, what depends on them is held (O5). */
export function* decidePark(entry: Entry): Deciding<ParkDecision> {
  const parked = (yield* unitOf(entry)).map(({ id }) => id);
  return { parked, held: yield* waitingAfter(parked) };
}

/** The waiting entries that can no longer be sent because those in `ids` cannot. */
export function* waitingAfter(ids: Iterable<string>): Deciding<readonly string[]> {
  return (yield* followersOf(ids)).filter(({ state }) => state === 'waiting').map(({ id }) => id);
}

/** What may go on when a parked unit does. Ids of entries. */
export interface ReopenDecision {
  /** The unit itself: each becomes a new mutation under a new id, waiting, or held where `stillHeld`. */
  readonly reopened: readonly string[];
  /** Held because of the unit alone: they wait again. */
  readonly released: readonly string[];
  /** The unit needs something else that is parked or held. */
  readonly stillHeld: boolean;
}

/** Takes a parked unit back into the flow, with what was held because of it and of nothing else (O5). */
export function* decideReopen(entry: Entry): Deciding<ReopenDecision> {
  const unit = (yield* unitOf(entry)).map(({ id }) => id);
  const held = (yield* followersOf(unit)).filter(({ state }) => state === 'held');
  const free = new Set<string>([...unit, ...held.map(({ id }) => id)]);
  // Each turn takes out whoever needs something that stays stopped, until nobody does.
  for (let settled = false; !settled;) {
    settled = true;
    for (const id of free) {
      if (!(yield* needsStopped(id, free))) continue;
      settled = false;
      const stopped = yield* ask((index) => index.entry(id));
      for (const member of stopped === undefined ? [] : yield* unitOf(stopped)) free.delete(member.id);
    }
  }
  const stillHeld = unit.some((id) => !free.has(id));
  return {
    reopened: unit,
    released: stillHeld ? [] : held.flatMap(({ id }) => (free.has(id) ? [id] : [])),
    stillHeld,
  };
}

function* needsStopped(id: string, free: ReadonlySet<string>): Deciding<boolean> {
  for (const needed of yield* ask((index) => index.needsOf(id))) {
    if (free.has(needed)) continue;
    const other = yield* ask((index) => index.entry(needed));
    if (other?.state === 'parked' || other?.state === 'held') return true;
  }
  return false;
}
