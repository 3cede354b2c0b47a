import type { ServerProblem } from '@fieldchart/clinic-client';
import type { Result } from '@fieldchart/foundation';
import { useCallback, useEffect, useRef, useState } from 'react';
import { rethrowLater } from '../../session/rethrowLater.ts';

export type ServerRead<Value> =
  /** `idle`: nobody has asked yet. */
  | { readonly name: 'idle' | 'reading' }
  | { readonly name: 'read'; readonly value: Value }
  | { readonly name: 'failed'; readonly problem: ServerProblem['kind'] };

/**
 * Reads something from the server for this screen alone; `atOnce`: without being asked. What is read is forgotten with
 * the screen.
 */
export function useServerRead<Value>(
  read: () => Promise<Result<Value, ServerProblem>>,
  atOnce: boolean,
): { readonly state: ServerRead<Value>; readonly ask: () => void } {
  const [first] = useState(atOnce);
  const [state, setState] = useState<ServerRead<Value>>({ name: first ? 'reading' : 'idle' });
  const reading = useRef(read);
  const gone = useRef(false);
  const start = useCallback(() => {
    reading.current().then((answer) => {
      if (gone.current) return;
      setState(
        answer.ok ? { name: 'read', value: answer.value } : { name: 'failed', problem: answer.error.kind },
      );
    }, rethrowLater);
  }, []);
  useEffect(() => {
    gone.current = false;
    if (first) start();
    return () => {
      gone.current = true;
    };
  }, [first, start]);
  const ask = () => {
    setState({ name: 'reading' });
    start();
  };
  return { state, ask };
}
