import type { OnlineAnswer, OnlineQuery, OnlineSearch } from '@fieldchart/clinic-client';
import { useEffect, useRef, useState } from 'react';
import { useSession } from '../../session/ShellContext.tsx';

const NOTHING: OnlineAnswer = {
  state: 'none',
  problem: null,
  clients: [],
  notes: [],
  more: false,
  preparing: false,
};

/** What the server answers to the question of the list on the screen, and how to ask it on. It lives in memory alone. */
export function useOnlineSearch(query: OnlineQuery) {
  const session = useSession();
  const key = JSON.stringify(query);
  const [answer, setAnswer] = useState(NOTHING);
  const search = useRef<OnlineSearch>(undefined);
  useEffect(() => {
    const running = session.searchServer(JSON.parse(key) as OnlineQuery, setAnswer);
    search.current = running;
    return () => running.stop();
  }, [session, key]);
  return {
    answer,
    further: () => search.current?.more(),
    again: () => search.current?.again(),
  };
}
