import { isCodedError, type Timers } from '@fieldchart/foundation';
import type { SaveState } from './api.ts';

/** Milliseconds until a write that failed is tried again; the last one repeats. */
const retryDelays = [250, 1000, 2000, 5000];
/** Milliseconds after which a write that was not answered is no longer said to be under way. */
const PATIENCE = 3_000;

export interface CoalescingSaver<Draft> {
  /** Takes the newest draft. It is written at once, or right after the write that runs now. Never rejects. */
  offer(draft: Draft): void;
  state(): SaveState;
  /** Resolves when the newest draft is committed; while writing fails it goes on trying. */
  saved(): Promise<void>;
  /** Ends the retries; what is not written stays unwritten. */
  stop(): void;
}

/**
 * Law D1: "saved" is said only when the committed draft is the newest draft; one write runs at a time, and of the
 * drafts that come meanwhile only the newest waits. A write that fails leaves the draft waiting and is tried again. One
 * that is not answered is said not to be saved, as `SAVE_SLOW`; whether it failed is for the database to say.
 */
export function createCoalescingSaver<Draft>(options: {
  readonly write: (draft: Draft) => Promise<void>;
  readonly timers: Timers;
  readonly onState: (state: SaveState) => void;
}): CoalescingSaver<Draft> {
  let waiting: { readonly draft: Draft } | undefined;
  let running = false;
  let failures = 0;
  let cancelRetry: (() => void) | undefined;
  let cancelPatience = () => {};
  let current: SaveState = { name: 'saved' };
  let stopped = false;
  let onSaved: (() => void)[] = [];

  const show = (state: SaveState) => {
    current = state;
    options.onState(state);
  };

  const writeNext = () => {
    if (running || waiting === undefined || stopped) return;
    const { draft } = waiting;
    waiting = undefined;
    running = true;
    cancelPatience = options.timers.after(PATIENCE, () => show({ name: 'not-saved', code: 'SAVE_SLOW' }));
    options.write(draft).then(written, (error: unknown) => notWritten(draft, error));
  };

  function written() {
    running = false;
    cancelPatience();
    failures = 0;
    if (waiting !== undefined) {
      writeNext();
      return;
    }
    show({ name: 'saved' });
    const told = onSaved;
    onSaved = [];
    for (const tell of told) tell();
  }

  function notWritten(draft: Draft, error: unknown) {
    running = false;
    cancelPatience();
    waiting ??= { draft };
    const delay = retryDelays[Math.min(failures, retryDelays.length - 1)] ?? 5000;
    failures += 1;
    show({ name: 'not-saved', code: isCodedError(error) ? error.code : 'UNKNOWN' });
    cancelRetry = options.timers.after(delay, () => {
      cancelRetry = undefined;
      writeNext();
    });
  }

  return {
    offer(draft) {
      waiting = { draft };
      if (current.name === 'saved') show({ name: 'saving' });
      // A failing disk is asked at the pace of the retries, not of the typing.
      if (cancelRetry === undefined) writeNext();
    },
    state: () => current,
    saved: () =>
      running || waiting !== undefined ? new Promise((resolve) => onSaved.push(resolve)) : Promise.resolve(),
    stop() {
      stopped = true;
      cancelPatience();
      cancelRetry?.();
    },
  };
}
