import type { ClinicShell } from '@fieldchart/clinic-client';
import { systemClock } from '@fieldchart/foundation';
import { useCallback, useEffect, useRef } from 'react';
import { AppState, Platform } from 'react-native';
import { createIdleWatch, type IdleWatch } from './idleWatch.ts';
import { rethrowLater } from './rethrowLater.ts';

const CHECK_EVERY_MS = 5_000;
/** On the web: long enough to look something up in another tab or window, too short to be forgotten open. */
const HIDDEN_FOR_MS = 2 * 60_000;

/**
 * Locks after `minutes` without a touch or key, and out of sight: on phones as soon as the app goes to the
 * background, on the web when its tab was hidden for two minutes. Returns what the root view calls at each touch.
 */
export function useIdleLock(shell: ClinicShell, minutes: number): () => void {
  const watch = useRef<IdleWatch>(null);
  const touched = useCallback(() => watch.current?.touched(), []);

  useEffect(() => {
    const idle = createIdleWatch({
      clock: systemClock,
      limitMs: minutes * 60_000,
      onIdle: () => {
        shell.lock('idle').catch(rethrowLater);
      },
    });
    watch.current = idle;
    const looking = setInterval(() => idle.look(), CHECK_EVERY_MS);
    return () => clearInterval(looking);
  }, [shell, minutes]);

  useEffect(() => (Platform.OS === 'web' ? watchPage(shell, watch) : watchPhone(shell)), [shell]);
  return touched;
}

function watchPhone(shell: ClinicShell): () => void {
  const subscription = AppState.addEventListener('change', (state) => {
    if (state === 'background') shell.lock('background').catch(rethrowLater);
  });
  return () => subscription.remove();
}

function watchPage(shell: ClinicShell, idle: { readonly current: IdleWatch | null }): () => void {
  const events = ['pointerdown', 'keydown', 'wheel', 'touchmove'] as const;
  const touched = () => idle.current?.touched();
  for (const event of events) globalThis.addEventListener(event, touched, { passive: true, capture: true });

  // Browsers slow the timers of hidden pages down and may stop them: coming back is looked at as well.
  let hidden: IdleWatch | null = null;
  const look = () => hidden?.look();
  const looking = setInterval(look, CHECK_EVERY_MS);
  const seen = () => {
    look();
    hidden =
      document.visibilityState === 'visible'
        ? null
        : createIdleWatch({
            clock: systemClock,
            limitMs: HIDDEN_FOR_MS,
            onIdle: () => {
              shell.lock('background').catch(rethrowLater);
            },
          });
    idle.current?.look();
  };
  seen();
  document.addEventListener('visibilitychange', seen);
  return () => {
    for (const event of events) globalThis.removeEventListener(event, touched, { capture: true });
    document.removeEventListener('visibilitychange', seen);
    clearInterval(looking);
  };
}
