import { type CaseloadPages, type CaseloadView, watchCaseload } from '@fieldchart/clinic-client';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useSession } from '../../session/ShellContext.tsx';
import { useActivity } from '../../session/useActivity.ts';

/** Rows of a page. */
const PAGE = 60;

/**
 * The list that the view asks for, live, as far as it was asked for; undefined until the first answer. While another
 * list is being read, the last one stays. `first`: rows to have at once, so that a remembered place can be reached.
 */
export function useCaseloadPages(
  view: CaseloadView,
  first: number,
): { readonly pages: CaseloadPages | undefined; readonly more: () => void } {
  const session = useSession();
  const { search, filter, groups, sort } = view;
  const known = useFamiliar(JSON.stringify([search, filter, groups, sort]));
  const [pages, setPages] = useState<CaseloadPages>();
  const list = useRef<ReturnType<typeof watchCaseload>>(undefined);
  const query = useMemo(
    () => ({ kind: 'caseload' as const, search, filter, groups, sort, first: known, limit: PAGE }),
    [search, filter, groups, sort, known],
  );
  useEffect(() => {
    const watched = watchCaseload(
      (one, onAnswer) => session.watch(one, onAnswer),
      query,
      Math.ceil(first / PAGE),
      setPages,
    );
    list.current = watched;
    return () => watched.end();
  }, [session, query, first]);
  return { pages, more: useCallback(() => list.current?.more(), []) };
}

/**
 * Pinned clients, then recent ones, in their order. Who is opened meanwhile moves up with the next list that is asked
 * for: a list does not jump away under the finger.
 */
function useFamiliar(asked: string): readonly string[] {
  const { pinned, recent } = useActivity((activity) => activity.familiar);
  const [held, setHeld] = useState({ asked, recent });
  if (held.asked !== asked) setHeld({ asked, recent });
  return useMemo(() => [...new Set([...pinned, ...held.recent])], [pinned, held.recent]);
}
