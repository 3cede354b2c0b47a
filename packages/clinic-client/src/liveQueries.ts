import type { Timers } from '@fieldchart/foundation';
import type { Commit } from '@fieldchart/record-store';
import type { Query } from './api.ts';

/** Whether a commit may change the answer of a query: what it read, against what the commit touched. */
export function isTouched(query: Query, commit: Commit): boolean {
  switch (query.kind) {
    case 'caseload':
    case 'likely-duplicates':
    case 'client-groups':
      return commit.clients.size > 0;
    case 'found-notes':
    case 'count-notes':
      return commit.clients.size > 0 || commit.indexed === true;
    case 'note-choices':
      // A thousand notes are read for it: as they stood when the filters were shown will do.
      return false;
    case 'chart':
    case 'standing':
      return commit.clients.has(query.clientId);
    case 'note':
      return commit.keys.has(`Composition/${query.noteId}`);
    case 'consent':
      return commit.keys.has(`Consent/${query.consentId}`);
    case 'outbox':
    case 'explanations':
      return commit.outbox;
    case 'attention':
      // A conflict's other side may come in without the outbox changing; which record it is only the answer knows.
      return commit.outbox || commit.keys.size > 0;
  }
}

export interface LiveQueries {
  watch<Q extends Query, A>(
    query: Q,
    answer: (query: Q) => Promise<A>,
    onAnswer: (answer: A) => void,
  ): () => void;
}

/**
 * Runs a query now and again after each commit that touches what it read. While one run is under way, further
 * commits ask for one more run only; an answer that was overtaken or no longer wanted is not delivered. A run begins in a
 * turn of its own: who wrote hears of the commit first, though a database may answer a query at once (D1).
 */
export function createLiveQueries(source: {
  readonly onCommit: (listener: (commit: Commit) => void) => () => void;
  readonly onError: (error: unknown) => void;
  readonly timers: Timers;
}): LiveQueries {
  return {
    watch(query, answer, onAnswer) {
      let running = false;
      let stale = false;
      let ended = false;
      let cancelNext: (() => void) | undefined;

      const run = () => {
        cancelNext = undefined;
        running = true;
        stale = false;
        answer(query)
          .then(
            (rows) => {
              if (!ended) onAnswer(rows);
            },
            (error: unknown) => {
              if (!ended) source.onError(error);
            },
          )
          .finally(() => {
            running = false;
            if (stale && !ended) run();
          })
          .catch(source.onError);
      };

      const stop = source.onCommit((commit) => {
        if (!isTouched(query, commit)) return;
        if (running) stale = true;
        else cancelNext ??= source.timers.after(0, run);
      });
      run();
      return () => {
        ended = true;
        cancelNext?.();
        stop();
      };
    },
  };
}
