import type { SignOutcome } from '@fieldchart/clinic-client';
import { systemClock } from '@fieldchart/foundation';
import { useState } from 'react';
import { rethrowLater } from '../../session/rethrowLater.ts';
import { useSecondsUntil } from '../../ui/useSecondsUntil.ts';

export type SigningProblem =
  Exclude<Extract<SignOutcome, { ok: false }>['error']['kind'], 'delayed'> | 'failed';

/** Runs one signing at a time, and keeps why the last one did not come about and how long to wait. */
export function useSigning(): {
  readonly busy: boolean;
  readonly problem: SigningProblem | null;
  readonly seconds: number;
  readonly sign: (work: () => Promise<SignOutcome>) => void;
} {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<SigningProblem | null>(null);
  const [until, setUntil] = useState(0);
  const seconds = useSecondsUntil(until);

  const settle = (outcome: SignOutcome) => {
    setBusy(false);
    if (outcome.ok) return;
    if (outcome.error.kind === 'delayed') {
      setUntil(outcome.error.untilMs);
      return;
    }
    setProblem(outcome.error.kind);
    if (outcome.error.kind === 'wrong-secret') setUntil(systemClock.now() + outcome.error.delayMs);
  };
  const sign = (work: () => Promise<SignOutcome>) => {
    if (busy || seconds > 0) return;
    setBusy(true);
    setProblem(null);
    work().then(settle, (cause: unknown) => {
      setBusy(false);
      setProblem('failed');
      rethrowLater(cause);
    });
  };
  return { busy, problem, seconds, sign };
}
