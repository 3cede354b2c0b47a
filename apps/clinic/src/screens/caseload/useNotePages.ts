import { type NotePages, type NoteQuestion, watchFoundNotes } from '@fieldchart/clinic-client';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useSession } from '../../session/ShellContext.tsx';

/** Rows of a page. */
const PAGE = 40;

/**
 * The notes that answer a question, live, as far as they were asked for; undefined until the first answer. While another
 * question is being answered, the last list stays, unless it is of another client. `first`: rows to have at once, so that
 * a remembered place can be reached.
 */
export function useNotePages(
  question: NoteQuestion,
  first: number,
): { readonly pages: NotePages | undefined; readonly more: () => void } {
  const session = useSession();
  const [held, setHeld] = useState<{ readonly of: string | undefined; readonly pages: NotePages }>();
  const list = useRef<ReturnType<typeof watchFoundNotes>>(undefined);
  const key = JSON.stringify(question);
  useEffect(() => {
    const asked = JSON.parse(key) as NoteQuestion;
    const watched = watchFoundNotes(
      (one, onAnswer) => session.watch(one, onAnswer),
      { kind: 'found-notes', ...asked, limit: PAGE },
      Math.ceil(first / PAGE),
      (pages) =>
        setHeld((last) => ({
          of: asked.clientId,
          // How many the last question found stays until this one is counted.
          pages: {
            ...pages,
            count: pages.count ?? (last?.of === asked.clientId ? last?.pages.count : undefined),
          },
        })),
    );
    list.current = watched;
    return () => watched.end();
  }, [session, key, first]);
  return {
    pages: held?.of === question.clientId ? held?.pages : undefined,
    more: useCallback(() => list.current?.more(), []),
  };
}
