import type { OutboxExplanation } from './explainAction.ts';
import { describeRest, type Describe } from './describeRest.ts';
import { createDropActions, explainAction, resendAction } from './explainAction.ts';
import { discard, statusOf } from './finality.ts';
import type { OfflineAction, OfflineContext, OfflineState, ResultAction } from './offlineTypes.ts';
import { withEffect } from './offlineTypes.ts';
import { createOutboxIndex, type OutboxIndex } from './outboxIndex.ts';
import { createPlacing } from './placeAction.ts';
import { markForSending, noteOf, type QueueRequest, type Vanished, withNote } from './queueNote.ts';
import { outcomeOf, replacesOutbox, sendsNext } from './results.ts';

export interface SmartQueueOptions {
  /** What an action does. By default requests are read as REST: {@link describeRest}. */
  readonly describe?: Describe;
  /** Keeps a refused action in the outbox even if nothing waits on it, for the app to resend or drop. */
  readonly keepRefused?: boolean;
  /** Keeps commit and rollback of merged actions, for `createMergedResults` to run. */
  readonly mergedResults?: boolean;
}

/** An action of the outbox that is not sent until the app decides. */
export interface StoppedAction<Action> {
  readonly action: Action;
  readonly transaction: number | undefined;
  readonly explanation: OutboxExplanation;
}

/** `queue` of redux-offline's configuration, and what the app may ask of it. One for each store. */
export interface SmartQueue {
  enqueue<Action extends OfflineAction>(outbox: Action[], action: Action, context: OfflineContext): Action[];
  dequeue<Action extends OfflineAction>(
    outbox: Action[],
    result: ResultAction,
    context: OfflineContext,
  ): Action[];
  /** What is sent next; `undefined` when nothing may be, though redux-offline's own types do not say so. */
  peek<Action extends OfflineAction>(outbox: Action[], action: unknown, context: OfflineContext): Action;
  /** Why an action stands where it stands; undefined when the outbox does not have it. */
  explain(offline: OfflineState, transaction: number): OutboxExplanation | undefined;
  /** What was refused, and what is held because of it, in order. */
  stopped(offline: OfflineState): readonly StoppedAction<OfflineAction>[];
  /** To dispatch: a refused action goes again, and what was held because of it. `effect` mends it. */
  resend(transaction: number, effect?: unknown): ResultAction;
  /**
   * To dispatch, each of them: gives up an action and all that depends on it, the last first. Each is the rollback
   * of what it gives up, unless that ran already. With `alone`, what depends on it is sent without it.
   */
  drop(
    offline: OfflineState,
    transaction: number,
    options?: { readonly alone?: boolean },
  ): readonly ResultAction[];
  /** What the last action queued made to vanish, if the outbox is as it left it. */
  vanished(offline: OfflineState): Vanished | undefined;
}

/** Makes the queue for `offline({ ...offlineConfig, queue: smartQueue() })`. */
export function smartQueue(options: SmartQueueOptions = {}): SmartQueue {
  const { describe = describeRest, keepRefused = false, mergedResults = false } = options;
  // Handed on from each outbox to the next: none of this is state that an outbox alone would not give again.
  const indexes = new WeakMap<readonly OfflineAction[], OutboxIndex>();
  const heads = new WeakMap<readonly OfflineAction[], OfflineAction>();
  const vanishes = new WeakMap<readonly OfflineAction[], Vanished>();
  const handedOut = new WeakMap<OfflineAction, { readonly epoch: number; readonly copy: OfflineAction }>();
  /** What was queued in this run of the app. An outbox that was read back has none of these objects. */
  const ofThisRun = new WeakSet<OfflineAction>();
  let epoch = 0;
  let lastSent: number | undefined;

  const wasAttempted = (action: OfflineAction) => noteOf(action).attempted === true || !ofThisRun.has(action);
  const place = createPlacing({
    describe,
    mergedResults,
    wasAttempted,
    own: (action) => ofThisRun.add(action),
  });

  const indexOf = (offline: OfflineState, outbox: readonly OfflineAction[]): OutboxIndex => {
    const known = indexes.get(outbox);
    if (known !== undefined) return known;
    const index = createOutboxIndex(outbox, (action) => describe(action, offline));
    indexes.set(outbox, index);
    return index;
  };

  const headOf = (offline: OfflineState, outbox: readonly OfflineAction[]): OfflineAction | undefined => {
    const first = outbox[0];
    // The first has nothing before it to be held by.
    if (first === undefined || noteOf(first).parked === undefined) return first;
    const known = heads.get(outbox);
    if (known !== undefined) return known;
    const index = indexOf(offline, outbox);
    const head = outbox.find((action) => index.entryOf(action)?.state === 'waiting');
    if (head !== undefined) heads.set(outbox, head);
    return head;
  };

  /** What may have been sent and has no outcome yet. */
  const underWay = ({ busy, retryScheduled, retryCount }: OfflineState) =>
    busy || retryScheduled || retryCount > 0;

  /** Changes a copy of an outbox and its index together, then hands both on. */
  const change = (
    outbox: readonly OfflineAction[],
    offline: OfflineState,
    edit: (next: OfflineAction[], index: OutboxIndex) => { readonly rebuild: boolean } | void,
    settled?: OfflineAction,
  ): OfflineAction[] => {
    const index = indexOf(offline, outbox);
    const head = headOf(offline, outbox);
    const next = outbox.slice();
    indexes.delete(outbox);
    // Nothing else tells later what was sent and failed without an answer: what is sent next resets the counts.
    if (head !== undefined && head !== settled && underWay(offline) && !wasAttempted(head)) {
      replace(next, index, head, withNote(head, { attempted: true }));
    }
    if (edit(next, index)?.rebuild !== true) indexes.set(next, index);
    return next;
  };

  const complete = (
    outbox: readonly OfflineAction[],
    offline: OfflineState,
    transaction: number | undefined,
    error: { readonly payload: unknown } | null,
  ): readonly OfflineAction[] => {
    const entry = indexOf(offline, outbox).find(transaction);
    if (entry === undefined) return outbox;
    const action = indexOf(offline, outbox).actionOf(entry.id);
    return change(
      outbox,
      offline,
      (next, index) => {
        if (error === null || (!keepRefused && index.dependentsOf(entry.id).length === 0)) {
          index.remove(entry.id);
          next.splice(next.indexOf(action), 1);
          return;
        }
        const refused = discard(error.payload);
        const parked = { refused, status: statusOf(error.payload) };
        const stays = withNote(action, { parked, attempted: undefined });
        // Only what is known to have had no effect may take in later edits.
        if (refused) ofThisRun.add(stays);
        replace(next, index, action, stays);
        index.park(entry.id);
      },
      action,
    );
  };

  const obey = (outbox: readonly OfflineAction[], offline: OfflineState, request: QueueRequest) => {
    const entry = indexOf(offline, outbox).find(request.transaction);
    if (entry === undefined) return outbox;
    const action = indexOf(offline, outbox).actionOf(entry.id);
    if (request.do === 'resend' && entry.state !== 'parked') return outbox;
    return change(
      outbox,
      offline,
      (next, index) => {
        if (request.do === 'drop') {
          index.remove(entry.id);
          next.splice(next.indexOf(action), 1);
          return;
        }
        const mended = request.effect === undefined ? action : withEffect(action, request.effect);
        const again = withNote(mended, { parked: undefined });
        if (!wasAttempted(action)) ofThisRun.add(again);
        replace(next, index, action, again);
        index.reopen(entry.id);
        // It may do something else now.
        return { rebuild: request.effect !== undefined };
      },
      request.do === 'drop' ? action : undefined,
    );
  };

  const queue = {
    enqueue(outbox: OfflineAction[], action: OfflineAction, { offline }: OfflineContext) {
      let vanished: Vanished | undefined;
      const next = change(outbox, offline, (list, index) => {
        vanished = place(list, index, action, offline);
      });
      if (vanished !== undefined) vanishes.set(next, vanished);
      return next;
    },
    dequeue(outbox: OfflineAction[], result: ResultAction, { offline }: OfflineContext) {
      const outcome = outcomeOf(result);
      switch (outcome.of) {
        case 'nothing':
          return outbox;
        case 'request':
          return obey(outbox, offline, outcome.request);
        case 'last sent':
          return complete(outbox, offline, lastSent, null);
        case 'sent': {
          const { mark, success } = outcome;
          if (mark.epoch !== epoch) return outbox;
          return complete(outbox, offline, mark.transaction, success ? null : { payload: result.payload });
        }
      }
    },
    peek(outbox: OfflineAction[], action: unknown, { offline }: OfflineContext) {
      if (replacesOutbox(action)) {
        epoch += 1;
        lastSent = undefined;
      }
      const head = headOf(offline, outbox);
      if (head === undefined) return undefined;
      if (sendsNext(action, offline)) lastSent = head.meta.transaction;
      const known = handedOut.get(head);
      if (known?.epoch === epoch) return known.copy;
      const copy = markForSending(head, epoch);
      handedOut.set(head, { epoch, copy });
      return copy;
    },
    explain: (offline: OfflineState, transaction: number) =>
      explainAction(indexOf(offline, offline.outbox), transaction, isAttempted(offline)),
    stopped(offline: OfflineState) {
      const index = indexOf(offline, offline.outbox);
      if (!index.hasStopped()) return [];
      return offline.outbox.flatMap((action) => {
        const state = index.entryOf(action)?.state;
        if (state !== 'parked' && state !== 'held') return [];
        const { transaction } = action.meta;
        const explanation = explainAction(index, transaction, isAttempted(offline));
        return explanation === undefined ? [] : [{ action, transaction, explanation }];
      });
    },
    resend: resendAction,
    drop: (offline: OfflineState, transaction: number, { alone = false } = {}) =>
      createDropActions(indexOf(offline, offline.outbox), transaction, alone),
    vanished: (offline: OfflineState) => vanishes.get(offline.outbox),
  };
  const isAttempted = (offline: OfflineState) => (action: OfflineAction) =>
    wasAttempted(action) || (underWay(offline) && headOf(offline, offline.outbox) === action);

  // The queue hands back the actions that it was given, and copies of them: of the app's own type.
  return queue as unknown as SmartQueue;
}

function replace(
  list: OfflineAction[],
  index: OutboxIndex,
  action: OfflineAction,
  replacement: OfflineAction,
): void {
  const entry = index.entryOf(action);
  if (entry === undefined) return;
  list[list.indexOf(action)] = replacement;
  index.swap(entry.id, replacement);
}
