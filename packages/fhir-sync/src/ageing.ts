import { type Logger, type Timers, isCodedError } from '@fieldchart/foundation';
import type { RecordStore, WriteDownAgedOut } from '@fieldchart/record-store';

export interface Ageing {
  /** Goes on until nothing is left; does nothing while it is at it. */
  start(): void;
  /** Resolves when the store is touched no more. */
  stop(): Promise<void>;
}

export interface AgeingOptions {
  readonly store: Pick<RecordStore, 'ageOut'>;
  /** Puts on record what goes, in the transaction that erases it. */
  readonly writeDownAgedOut: WriteDownAgedOut;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** Milliseconds before each part: what somebody types comes between two. */
const betweenMs = 50;

/** Erases what has aged out, part by part beside the work. A part that a kill or a full disk undid is done again. */
export function createAgeing({ store, writeDownAgedOut, timers, logger }: AgeingOptions): Ageing {
  let busy = false;
  let stopped = false;
  let cancel = () => {};
  let running: Promise<void> = Promise.resolve();

  const part = async () => {
    try {
      const outcome = await store.ageOut(writeDownAgedOut);
      busy = false;
      if (outcome === 'more') start();
    } catch (error) {
      // The next start tries again: until then everything is still here.
      busy = false;
      logger.warn('sync.ageing-failed', { code: isCodedError(error) ? error.code : 'unexpected' });
    }
  };
  function start(): void {
    if (busy || stopped) return;
    busy = true;
    cancel = timers.after(betweenMs, () => {
      running = part();
    });
  }

  return {
    start,
    async stop() {
      stopped = true;
      cancel();
      await running;
    },
  };
}
