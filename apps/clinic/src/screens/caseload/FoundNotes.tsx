import { viewChanged } from '@fieldchart/clinic-client';
import { useCallback } from 'react';
import { useActivity, useActivityDispatch } from '../../session/useActivity.ts';
import { NoteList } from './NoteList.tsx';

/** The notes that answer the search box. */
export function FoundNotes() {
  const { search, notes, scroll } = useActivity((activity) => activity.caseload);
  const dispatch = useActivityDispatch();
  const keepScroll = useCallback((now: number) => dispatch(viewChanged({ scroll: now })), [dispatch]);
  return (
    <NoteList
      question={{ search, narrowing: notes }}
      scroll={scroll}
      onScroll={keepScroll}
      onShowAll={() => dispatch(viewChanged({ search: '', notes: {}, scroll: 0 }))}
    />
  );
}
