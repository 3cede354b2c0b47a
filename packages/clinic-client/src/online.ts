import type { Clock, Timers } from '@fieldchart/foundation';
import type { RecordStore } from '@fieldchart/record-store';
import { createOnlineSearch } from './onlineSearch.ts';
import type { Online } from './onlineViews.ts';
import { createReadOnServer } from './readOnServer.ts';
import type { RunningSync } from './startSync.ts';

/** What one unlock may search and read at the server beside the device. `stop` ends and forgets all of it (E5). */
export function openOnline(deps: {
  readonly store: Pick<RecordStore, 'knownHere' | 'onCommit'>;
  readonly sync: Pick<RunningSync, 'transport' | 'summary' | 'subscribe'>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly practitionerId: string;
}): { readonly api: Online; stop(): void } {
  const { foundBeside, stop, ...search } = createOnlineSearch(deps);
  let cancel = () => {};
  const cancelled = new Promise<void>((resolve) => (cancel = resolve));
  const reading = createReadOnServer({ ...deps, cancelled, onFound: foundBeside });
  return {
    api: { ...search, ...reading },
    stop() {
      cancel();
      stop();
    },
  };
}
