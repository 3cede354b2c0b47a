import { metadataOf, type OfflineAction, type ResultTemplate } from './offlineTypes.ts';

/** An action that travels in another one's request. */
export interface MergedAction {
  readonly transaction: number | undefined;
  readonly type: string;
  /** Kept where the queue was made with `mergedResults: true`. */
  readonly commit?: ResultTemplate | undefined;
  readonly rollback?: ResultTemplate | undefined;
}

/** Of a request that the server refused, or that the app gave up. */
export interface ParkedNote {
  /** True when the server said no; false when it may have acted all the same. */
  readonly refused: boolean;
  readonly status: number | undefined;
}

/** What the queue writes at `meta.smartQueue` of an action in the outbox; it is saved with it. */
export interface QueueNote {
  /** It was sent, and what became of it is not known: nothing is merged into it any more. */
  readonly attempted?: boolean | undefined;
  readonly parked?: ParkedNote | undefined;
  /** Oldest first. */
  readonly merged?: readonly MergedAction[] | undefined;
}

/** What tells which entry an action completes, at `meta.smartQueue` of commits and rollbacks. */
export interface ResultMark {
  readonly transaction: number | undefined;
  /** Of the outbox it was sent from: an outbox that was replaced meanwhile knows nothing of it. */
  readonly epoch: number;
  readonly merged: readonly MergedAction[];
}

/** A delete and the create it undid: neither is sent. */
export interface Vanished {
  readonly deletion: OfflineAction;
  /** Of everything that need not be sent any more. */
  readonly transactions: readonly number[];
}

/** What the app asks of the queue, at `meta.smartQueue` of an action with `meta.completed`. */
export type QueueRequest =
  | { readonly do: 'resend'; readonly transaction: number; readonly effect?: unknown }
  | { readonly do: 'drop'; readonly transaction: number; readonly merged: readonly MergedAction[] };

export function noteOf(action: OfflineAction): QueueNote {
  return action.meta.smartQueue ?? {};
}

/** The action with some of its note changed; a note that says nothing is left out. */
export function withNote(action: OfflineAction, changes: QueueNote): OfflineAction {
  const note = Object.fromEntries(
    Object.entries({ ...action.meta.smartQueue, ...changes }).filter(([, value]) => value !== undefined),
  );
  const { smartQueue: _before, ...meta } = action.meta;
  return { ...action, meta: Object.keys(note).length === 0 ? meta : { ...meta, smartQueue: note } };
}

/**
 * The action as it is handed out to be sent: its commit and rollback say whose they are. Those that redux-offline
 * makes itself carry the whole action and need no more.
 */
export function markForSending(action: OfflineAction, epoch: number): OfflineAction {
  const { transaction } = action.meta;
  const mark: ResultMark = { transaction, epoch, merged: noteOf(action).merged ?? [] };
  const { commit, rollback } = metadataOf(action);
  const marked = (template: ResultTemplate) => ({
    ...template,
    meta: { ...template.meta, smartQueue: mark },
  });
  const offline =
    commit === undefined && rollback === undefined
      ? action.meta.offline
      : {
          ...metadataOf(action),
          ...(commit === undefined ? {} : { commit: marked(commit) }),
          ...(rollback === undefined ? {} : { rollback: marked(rollback) }),
        };
  return { ...action, meta: { ...action.meta, offline, smartQueue: { ...noteOf(action), ...mark } } };
}
