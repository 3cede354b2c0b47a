import type { ConflictPick, MendDraft, MendKeeper } from '@fieldchart/clinic-client';
import { useEffect, useMemo } from 'react';
import { useActivity } from '../../session/useActivity.ts';
import { useSession } from '../../session/ShellContext.tsx';
import type { Caret } from '../note/caretAfterEdit.ts';

export interface MendWork {
  readonly draft: MendDraft;
  /** Something was typed or chosen. */
  readonly begun: boolean;
  readonly keeper: MendKeeper;
  readonly type: (field: string, text: string, caret: Caret | null) => void;
  readonly moveCaret: (field: string, caret: Caret) => void;
  readonly pick: (field: string, pick: ConflictPick) => void;
}

/** What is typed about a refused change: kept at every keystroke, and there again after a kill. */
export function useMendDraft(mutationId: string, seen: string): MendWork {
  const session = useSession();
  const keeper = useMemo(() => session.mendKeeper(mutationId), [session, mutationId]);
  useEffect(() => () => keeper.close(), [keeper]);
  const kept = useActivity((activity) => activity.mending[mutationId]);

  return useMemo(() => {
    // Asked of the store at each change: two keys may come before the screen is drawn once.
    const current = (): MendDraft => keeper.draft() ?? { texts: {}, picks: {}, position: null, seen };
    return {
      draft: kept ?? { texts: {}, picks: {}, position: null, seen },
      begun: kept !== undefined,
      keeper,
      type: (field, text, caret) => {
        const now = current();
        keeper.keep({
          ...now,
          texts: { ...now.texts, [field]: text },
          position: caret === null ? now.position : { field, ...caret },
        });
      },
      moveCaret: (field, caret) => {
        if (keeper.draft() !== null) keeper.keep({ ...current(), position: { field, ...caret } });
      },
      pick: (field, pick) => {
        const now = current();
        keeper.keep({ ...now, picks: { ...now.picks, [field]: pick } });
      },
    };
  }, [kept, keeper, seen]);
}
