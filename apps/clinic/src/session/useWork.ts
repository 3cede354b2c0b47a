import { useState } from 'react';
import { rethrowLater } from './rethrowLater.ts';

/** Runs one piece of work at a time; a fault is shown by the screen and still reaches the error handler. */
export function useWork(): {
  readonly busy: boolean;
  readonly failed: boolean;
  readonly run: (work: () => Promise<void>) => void;
} {
  const [state, setState] = useState<'idle' | 'busy' | 'failed'>('idle');
  const run = (work: () => Promise<void>) => {
    if (state === 'busy') return;
    setState('busy');
    work().then(
      () => setState('idle'),
      (cause: unknown) => {
        setState('failed');
        rethrowLater(cause);
      },
    );
  };
  return { busy: state === 'busy', failed: state === 'failed', run };
}
