/** What a mutation does to its resource. */
export type MutationKind = 'create' | 'update' | 'delete';

/**
 * - `waiting`: never sent.
 * - `attempted`: sent or about to be, the outcome unknown; immutable (O4).
 * - `parked`: known to be refused.
 * - `held`: waits on a parked one.
 *
 * An acknowledged entry is settled and no longer in the queue.
 */
export type EntryState = 'waiting' | 'attempted' | 'parked' | 'held';

/** One mutation in the queue, without its body: the queue's decisions never look inside it. */
export interface Entry {
  readonly id: string;
  /** Position in the order in which changes were made on this device (O1). */
  readonly sequence: number;
  readonly resource: string;
  readonly kind: MutationKind;
  readonly author: string;
  /** Entries of one group travel together or not at all (O6). */
  readonly group: string | null;
  /** Closed: takes no later edit. */
  readonly barrier: boolean;
  readonly state: EntryState;
}

/** A change to be queued. */
export interface Edit {
  /** Id of the mutation, should it become an entry of its own. */
  readonly id: string;
  readonly resource: string;
  readonly kind: MutationKind;
  readonly author: string;
  readonly group: string | null;
  readonly barrier: boolean;
  /** Resources that the new body refers to, at any depth. */
  readonly references: readonly string[];
  /** Ids of unsettled entries that it must follow for reasons the queue cannot see. */
  readonly after: readonly string[];
  /** For a delete: ids of unsettled entries whose old or new body refers to the resource. */
  readonly referrers: readonly string[];
}
