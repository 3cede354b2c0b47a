import { isRecord, metadataOf, type OfflineState, type ResultTemplate } from './offlineTypes.ts';
import type { MergedAction } from './queueNote.ts';
import { mergedOf } from './results.ts';
import type { SmartQueue } from './smartQueue.ts';

/** redux-offline's `lib/offlineActionTracker`, its `withPromises`. */
export interface ActionTracker {
  resolveAction(transaction: number, value: unknown): unknown;
  rejectAction(transaction: number, error: Error): unknown;
}

export interface MergedResultsOptions {
  /** By default `state.offline`. */
  readonly offlineOf?: (state: unknown) => OfflineState;
  /** With redux-offline's `returnPromises`: settles the promises of merged actions, too. */
  readonly tracker?: ActionTracker;
}

type Dispatch = (action: unknown) => unknown;
type Middleware = (store: {
  readonly getState: () => unknown;
  readonly dispatch: Dispatch;
}) => (next: Dispatch) => Dispatch;

/**
 * A Redux middleware that runs the commit or rollback of every action that travelled in another's request, as if it
 * had been sent: commits oldest first, rollbacks newest first, each once. A delete whose create nobody has seen is
 * committed at once, without a payload.
 *
 * For a queue made with `mergedResults: true`. It must see what redux-offline dispatches, so it is an enhancer of
 * its own, after redux-offline's: `compose(offline(config), applyMiddleware(createMergedResults(queue)))`.
 */
export function createMergedResults(queue: SmartQueue, options: MergedResultsOptions = {}): Middleware {
  const { offlineOf = (state) => (state as { readonly offline: OfflineState }).offline, tracker } = options;
  return ({ getState, dispatch }) => {
    const settle = (merged: readonly MergedAction[], success: boolean, payload: unknown) => {
      for (const { transaction, commit, rollback } of merged) {
        const template = success ? commit : rollback;
        if (template !== undefined) dispatch(toResult(template, success, payload));
        if (transaction === undefined || tracker === undefined) continue;
        if (success) tracker.resolveAction(transaction, payload);
        else if (payload instanceof Error) tracker.rejectAction(transaction, payload);
      }
    };
    const commitVanished = () => {
      const offline = offlineOf(getState());
      const vanished = queue.vanished(offline);
      if (vanished === undefined) return;
      const { commit } = metadataOf(vanished.deletion);
      if (commit !== undefined) dispatch(toResult(commit, true, undefined));
      // redux-offline makes the promise of an action when the store has it.
      Promise.resolve().then(
        () => vanished.transactions.forEach((one) => tracker?.resolveAction(one, undefined)),
        () => undefined,
      );
    };

    return (next) => (action) => {
      const merged = mergedOf(action);
      if (merged.length === 0) {
        const before = offlineOf(getState()).outbox;
        const result = next(action);
        if (isOffline(action) && offlineOf(getState()).outbox !== before) commitVanished();
        return result;
      }
      const { meta, payload } = action as {
        readonly meta: { readonly success: boolean };
        readonly payload?: unknown;
      };
      const at = transactionOf(action);
      const older = merged.filter(({ transaction }) => (transaction ?? 0) < at);
      const newer = merged.filter(({ transaction }) => (transaction ?? 0) >= at);
      settle(meta.success ? older : newer.toReversed(), meta.success, payload);
      const result = next(action);
      settle(meta.success ? newer : older.toReversed(), meta.success, payload);
      return result;
    };
  };
}

/** Not `completed`: redux-offline completes the one that it sent. */
function toResult(template: ResultTemplate, success: boolean, payload: unknown): object {
  return { ...template, payload, meta: { ...template.meta, success } };
}

function isOffline(action: unknown): boolean {
  return isRecord(action) && isRecord(action['meta']) && Boolean(action['meta']['offline']);
}

function transactionOf(action: unknown): number {
  const { meta } = action as {
    readonly meta: { readonly smartQueue?: unknown; readonly offlineAction?: unknown };
  };
  const mark = isRecord(meta.smartQueue) ? meta.smartQueue : undefined;
  if (typeof mark?.['transaction'] === 'number') return mark['transaction'];
  const offlineAction = meta.offlineAction as
    { readonly meta?: { readonly transaction?: number } } | undefined;
  return offlineAction?.meta?.transaction ?? 0;
}
