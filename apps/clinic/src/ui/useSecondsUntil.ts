import { systemClock } from '@fieldchart/foundation';
import { useSyncExternalStore } from 'react';

const TICK_MS = 500;

const ticking = (listener: () => void) => {
  const ticks = setInterval(listener, TICK_MS);
  return () => clearInterval(ticks);
};

/** Whole seconds until the given time, counted down; 0 once it has passed. */
export const useSecondsUntil = (until: number): number =>
  useSyncExternalStore(ticking, () => Math.max(0, Math.ceil((until - systemClock.now()) / 1000)));
