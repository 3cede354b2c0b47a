import { isRecord, type OfflineAction, type ResultAction } from './offlineTypes.ts';
import type { MergedAction, QueueRequest, ResultMark } from './queueNote.ts';

/** redux-offline's word for "the app threw while it took a commit": the request had succeeded. */
const JS_ERROR = 'Offline/JS_ERROR';

/** What a result says of the outbox. */
export type Outcome =
  | {
      readonly of: 'sent';
      readonly mark: ResultMark;
      readonly success: boolean;
    }
  /** It does not say what was sent: whatever was sent last. */
  | { readonly of: 'last sent' }
  | { readonly of: 'request'; readonly request: QueueRequest }
  | { readonly of: 'nothing' };

export function outcomeOf(result: ResultAction): Outcome {
  const { smartQueue, offlineAction, success } = result.meta;
  if (isRecord(smartQueue)) {
    if ('do' in smartQueue) return { of: 'request', request: smartQueue as unknown as QueueRequest };
    if ('epoch' in smartQueue) return { of: 'sent', mark: smartQueue as unknown as ResultMark, success };
  }
  // redux-offline's own commit and rollback carry the action itself, as it was handed out.
  if (isRecord(offlineAction)) {
    const { smartQueue: mark } = (offlineAction as unknown as OfflineAction).meta;
    if (isRecord(mark) && 'epoch' in mark)
      return { of: 'sent', mark: mark as unknown as ResultMark, success };
  }
  return result.type === JS_ERROR ? { of: 'last sent' } : { of: 'nothing' };
}

/** Actions that travelled in the request that a result completes, or that are given up with it. */
export function mergedOf(action: unknown): readonly MergedAction[] {
  if (!isRecord(action) || !isRecord(action['meta']) || action['meta']['completed'] !== true) return [];
  const outcome = outcomeOf(action as unknown as ResultAction);
  if (outcome.of === 'sent') return outcome.mark.merged;
  return outcome.of === 'request' && outcome.request.do === 'drop' ? outcome.request.merged : [];
}

/** After this action the outbox is another one: what is in flight was sent from the one before. */
export function replacesOutbox(action: unknown): boolean {
  if (!isRecord(action)) return false;
  if (action['type'] === 'Offline/RESET_STATE') return true;
  const { payload } = action;
  if (action['type'] !== 'persist/REHYDRATE' || !isRecord(payload)) return false;
  return isRecord(payload['offline']) && payload['offline']['outbox'] !== undefined;
}

/** Whether redux-offline sends what is peeked after this action. */
export function sendsNext(
  action: unknown,
  offline: { readonly busy: boolean; readonly online: boolean; readonly retryScheduled: boolean },
): boolean {
  if (offline.busy) return false;
  const asked = isRecord(action) && action['type'] === 'Offline/SEND';
  return asked || (offline.online && !offline.retryScheduled);
}
