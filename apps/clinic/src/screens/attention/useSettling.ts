import type { ClinicSession, SettleOutcome, SettleProblem, Settled } from '@fieldchart/clinic-client';
import { useState } from 'react';
import { rethrowLater } from '../../session/rethrowLater.ts';
import { useSession } from '../../session/ShellContext.tsx';

export type Settlement = 'mend' | 'resend' | 'decide' | 'keep' | 'return';

export interface SettleWork {
  readonly doing: Settlement | null;
  /** Why the last one did not come about. */
  readonly problem: SettleProblem | 'failed' | null;
  readonly run: (what: Settlement, work: (session: ClinicSession) => Promise<SettleOutcome>) => void;
}

/** Settles one thing at a time; `onSettled` leads on from there. */
export function useSettling(onSettled: (what: Settlement, settled: Settled) => void): SettleWork {
  const session = useSession();
  const [doing, setDoing] = useState<Settlement | null>(null);
  const [problem, setProblem] = useState<SettleWork['problem']>(null);
  const run: SettleWork['run'] = (what, work) => {
    if (doing !== null) return;
    setDoing(what);
    setProblem(null);
    work(session).then(
      (outcome) => {
        setDoing(null);
        if (outcome.ok) onSettled(what, outcome.value);
        else setProblem(outcome.error.kind);
      },
      (cause: unknown) => {
        setDoing(null);
        setProblem('failed');
        rethrowLater(cause);
      },
    );
  };
  return { doing, problem, run };
}
