/** What a mutation does to its resource. */
export type MutationKind = 'create' | 'update' | 'delete';

/**
 * - `waiting`: never sent under this id.
 * - `attempted`: sent or about to be, the outcome unknown; immutable (O4).
 * - `parked`: known to be refused.
 * - `held`: waits on a parked one.
 *
 * An acknowledged entry is settled and no longer in the queue.
 */
export type EntryState = 'waiting' | 'attempted' | 'parked' | 'held';

/** Why an edit became an entry of its own. */
export type MergeRefusal =
  /** Nothing unsettled on the resource. */
  | 'first'
  /** The entry before it was sent already. */
  | 'attempted'
  /** The entry before it is closed. */
  | 'barrier'
  | 'author'
  | 'group'
  /** A refused entry takes later edits, but is not pulled into a group. */
  | 'parked'
  /** The two kinds stay two entries: the server must see both. */
  | 'kind'
  /** The merged entry would come before something that it needs. */
  | 'order';

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
  /** How many edits it holds. */
  readonly edits: number;
  /** Why its first edit did not merge into the entry before it. */
  readonly apart: MergeRefusal;
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
  /** Resources that the old body referred to: a delete of one of them comes after this edit. */
  readonly formerReferences: readonly string[];
  /** Ids of unsettled entries that it must follow for reasons the queue cannot see. */
  readonly after: readonly string[];
}
