import { systemClock } from '@fieldchart/foundation';
import { useEffect, useState } from 'react';

const secondsLeft = (until: number): number => Math.max(0, Math.ceil((until - systemClock.now()) / 1000));

/** Whole seconds until the given time, counted down; 0 once it has passed. */
export function useSecondsUntil(until: number): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    setLeft(secondsLeft(until));
    if (secondsLeft(until) === 0) return;
    const ticking = setInterval(() => {
      setLeft(secondsLeft(until));
      if (secondsLeft(until) === 0) clearInterval(ticking);
    }, 500);
    return () => clearInterval(ticking);
  }, [until]);
  return left;
}
