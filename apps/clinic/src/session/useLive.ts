import type { Answer, Query, SyncSummary } from '@fieldchart/clinic-client';
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { useSession } from './ShellContext.tsx';

/**
 * The answer to a live query, anew whenever a commit touches what it read; undefined until the first answer.
 * While another question of the same kind is being answered, the last answer stays, so lists do not flicker.
 */
export function useLive<Q extends Query>(query: Q): Answer<Q> | undefined {
  const session = useSession();
  const key = JSON.stringify(query);
  const subject = subjectOf(query);
  const [held, setHeld] = useState<{ readonly subject: string; readonly answer: Answer<Q> }>();
  useEffect(
    () => session.watch(JSON.parse(key) as Q, (answer) => setHeld({ subject, answer })),
    [session, key, subject],
  );
  return held?.subject === subject ? held.answer : undefined;
}

/** An answer about one client must never show under another's name: answers are kept only within a subject. */
const subjectOf = (query: Query): string => {
  switch (query.kind) {
    case 'caseload':
    case 'likely-duplicates':
    case 'client-groups':
    case 'outbox':
    case 'explanations':
      return query.kind;
    case 'found-notes':
    case 'count-notes':
    case 'note-choices':
      return `${query.kind}/${query.clientId ?? ''}`;
    case 'attention':
      return `attention/${query.mutationId}`;
    case 'chart':
      return `chart/${query.clientId}`;
    case 'standing':
      return `standing/${query.clientId}`;
    case 'note':
      return `note/${query.noteId}`;
    case 'consent':
      return `consent/${query.consentId}`;
  }
};

/** How the sync stands. */
export function useSync(): SyncSummary {
  const session = useSession();
  return useSyncExternalStore(
    useCallback((listener) => session.subscribeSync(listener), [session]),
    () => session.syncStatus(),
  );
}
