import type { Timers } from '@fieldchart/foundation';
import type { Database } from '../storage/openStorage.ts';
import type { ChangeWatch, Wakening } from './changeWatch.ts';
import { type ChangesOutcome, type ChangesQuestion, readChanges } from './changes.ts';

export interface Patience {
  readonly deviceId: string;
  readonly milliseconds: number;
  /** Aborted when nobody is there any more to be answered. */
  readonly gone: AbortSignal;
  /** Asked before anything that came meanwhile is read: rejects if the device may not have it any more. */
  readonly stillAllowed: () => Promise<void>;
}

/** A page of the feed, held back while it would be empty and there is patience. */
export async function awaitChanges(
  deps: { readonly db: Database; readonly watch: ChangeWatch; readonly timers: Timers },
  question: ChangesQuestion,
  patience: Patience,
): Promise<ChangesOutcome | { readonly kind: 'gone' } | { readonly kind: 'stopping' }> {
  let outcome = await readChanges(deps.db, question);
  if (patience.milliseconds <= 0 || !isEmpty(outcome)) return outcome;
  const end = new AbortController();
  const stop = (why: Wakening) => end.abort(why);
  const onGone = () => stop('gone');
  const cancel = deps.timers.after(patience.milliseconds, () => stop('over'));
  patience.gone.addEventListener('abort', onGone);
  if (patience.gone.aborted) onGone();
  try {
    for (;;) {
      const upTo = outcome.kind === 'page' ? outcome.page.upTo : undefined;
      if (!isEmpty(outcome) || upTo === undefined) return outcome;
      const why = await deps.watch.wait({
        practitionerId: question.practitionerId,
        deviceId: patience.deviceId,
        epoch: upTo.epoch,
        upTo: upTo.sequence,
        end: end.signal,
      });
      if (why === 'gone' || why === 'stopping') return { kind: why };
      await patience.stillAllowed();
      outcome = await readChanges(deps.db, { ...question, cursor: cursorOf(outcome, question) });
      if (why === 'over') return outcome;
    }
  } finally {
    cancel();
    patience.gone.removeEventListener('abort', onGone);
  }
}

/** Nothing is on the page and nothing behind it. While the feed opens a page is never held back. */
function isEmpty(outcome: ChangesOutcome): boolean {
  return (
    outcome.kind === 'page' &&
    outcome.page.entries.length === 0 &&
    !outcome.page.more &&
    outcome.page.upTo !== undefined
  );
}

function cursorOf(outcome: ChangesOutcome, question: ChangesQuestion): string | undefined {
  return outcome.kind === 'page' ? outcome.page.cursor : question.cursor;
}
