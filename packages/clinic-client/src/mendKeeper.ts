import type { Timers } from '@fieldchart/foundation';
import { mendForgotten, mendTyped, type MendDraft, type PersistedActivity } from './activityStore.ts';
import type { MendKeeper } from './api.ts';
import { createCoalescingSaver } from './coalescingSaver.ts';

/**
 * Keeps what is typed while a refused change is mended or a conflict decided. It is in the store at once, so that a
 * lock writes it; "saved" is said when the disk has it (D1).
 */
export function createMendKeeper(options: {
  readonly activity: Pick<PersistedActivity, 'store' | 'flush'>;
  readonly timers: Timers;
  readonly mutationId: string;
}): MendKeeper {
  const { activity, mutationId } = options;
  const { store } = activity;
  const listeners = new Set<() => void>();
  let failed = false;

  const saver = createCoalescingSaver<MendDraft>({
    write: async () => {
      const current = store.getState().mending[mutationId];
      // redux-persist writes a change once: what it failed to write is offered to it anew.
      if (failed && current !== undefined) store.dispatch(mendTyped({ mutationId, draft: { ...current } }));
      failed = true;
      await activity.flush();
      failed = false;
    },
    timers: options.timers,
    onState: () => {
      for (const listener of listeners) listener();
    },
  });

  return {
    draft: () => store.getState().mending[mutationId] ?? null,
    keep(draft) {
      store.dispatch(mendTyped({ mutationId, draft }));
      saver.offer(draft);
    },
    forget() {
      store.dispatch(mendForgotten({ mutationId }));
    },
    saveState: () => saver.state(),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => saver.stop(),
  };
}
