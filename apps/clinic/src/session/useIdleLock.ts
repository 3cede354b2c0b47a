import type { ClinicShell } from '@fieldchart/clinic-client';
import { systemClock } from '@fieldchart/foundation';
import { useCallback, useEffect, useRef } from 'react';
import { AppState, Platform } from 'react-native';
import { rethrowLater } from './rethrowLater.ts';

const CHECK_EVERY_MS = 5_000;

/**
 * Locks after `minutes` without a touch or key. It compares times rather than counting down, so that a
 * device that slept locks when it wakes. On phones it also locks when the app goes to the background.
 * Returns what the root view calls at each touch.
 */
export function useIdleLock(shell: ClinicShell, minutes: number): () => void {
  const lastTouch = useRef(systemClock.now());
  const touched = useCallback(() => {
    lastTouch.current = systemClock.now();
  }, []);

  useEffect(() => {
    const locking = setInterval(() => {
      if (systemClock.now() - lastTouch.current < minutes * 60_000) return;
      lastTouch.current = systemClock.now();
      shell.lock('idle').catch(rethrowLater);
    }, CHECK_EVERY_MS);
    return () => clearInterval(locking);
  }, [shell, minutes]);

  useEffect(() => {
    if (Platform.OS === 'web') {
      const events = ['pointerdown', 'keydown', 'wheel', 'touchmove'] as const;
      for (const event of events)
        globalThis.addEventListener(event, touched, { passive: true, capture: true });
      return () => {
        for (const event of events) globalThis.removeEventListener(event, touched, { capture: true });
      };
    }
    const subscription = AppState.addEventListener('change', (state) => {
      if (state === 'background') shell.lock('background').catch(rethrowLater);
    });
    return () => subscription.remove();
  }, [shell, touched]);

  return touched;
}
