import { CodedError } from '@fieldchart/foundation';
import { explain, explanationToSentence, type Explanation } from '../explain.ts';
import { decideNow, followersOf } from '../queueIndex.ts';
import { metadataOf, type OfflineAction, type ResultAction } from './offlineTypes.ts';
import type { OutboxIndex } from './outboxIndex.ts';
import { noteOf, type ParkedNote, type QueueRequest } from './queueNote.ts';

/** Why an action of the outbox stands where it stands. */
export interface OutboxExplanation {
  readonly why: Explanation['why'];
  /** What it waits for, or the refused ones that hold it; oldest first. */
  readonly because: readonly OfflineAction[];
  /** How many actions travel in its request. */
  readonly actions: number;
  /** Of one that was refused. */
  readonly parked: ParkedNote | undefined;
  /** All of this in one English sentence. */
  readonly sentence: string;
}

export function explainAction(
  index: OutboxIndex,
  transaction: number | undefined,
  isAttempted: (action: OfflineAction) => boolean,
): OutboxExplanation | undefined {
  const entry = index.find(transaction);
  if (entry === undefined) return undefined;
  const action = index.actionOf(entry.id);
  const state = entry.state === 'waiting' && isAttempted(action) ? 'attempted' : entry.state;
  const explanation = decideNow(explain({ ...entry, state }), index.view);
  return {
    why: explanation.why,
    because: explanation.because.map(({ id }) => index.actionOf(id)),
    actions: explanation.edits,
    parked: noteOf(action).parked,
    sentence: explanation.why === 'ready' ? 'Goes when its turn comes.' : explanationToSentence(explanation),
  };
}

/** Asks the queue to send a refused action again, as it is or with another effect. */
export function resendAction(transaction: number, effect?: unknown): ResultAction {
  const request = { do: 'resend', transaction, ...(effect === undefined ? {} : { effect }) } as const;
  return { type: 'SmartQueue/RESEND', meta: { completed: true, success: false, smartQueue: request } };
}

/** Asks the queue to give up an action, and what depends on it before it. */
export function createDropActions(
  index: OutboxIndex,
  transaction: number,
  alone: boolean,
): readonly ResultAction[] {
  const entry = index.find(transaction);
  if (entry === undefined) return [];
  const dependents = alone ? [] : decideNow(followersOf([entry.id]), index.view);
  return [entry, ...dependents]
    .toSorted((a, b) => b.sequence - a.sequence)
    .flatMap(({ id }) => dropAction(index.actionOf(id)));
}

function dropAction(action: OfflineAction): ResultAction[] {
  const { transaction } = action.meta;
  if (transaction === undefined) return [];
  const { rollback } = metadataOf(action);
  const { parked, merged = [] } = noteOf(action);
  // What was refused has been rolled back already.
  const told = parked !== undefined || rollback === undefined;
  const request: QueueRequest = { do: 'drop', transaction, merged: parked === undefined ? merged : [] };
  return [
    {
      ...(told ? { type: 'SmartQueue/DROPPED' } : rollback),
      payload: new CodedError('QUEUE_DROPPED', 'The app gave this action up'),
      meta: {
        ...(told ? { offlineAction: action } : rollback.meta),
        completed: true,
        success: false,
        smartQueue: request,
      },
    },
  ];
}
