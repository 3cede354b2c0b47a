import type { ClinicSession, ClinicShell, ShellPhase } from '@fieldchart/clinic-client';
import { createContext, useCallback, useContext, useSyncExternalStore } from 'react';

const ShellContext = createContext<ClinicShell | null>(null);
export const ShellProvider = ShellContext.Provider;

const SessionContext = createContext<ClinicSession | null>(null);
export const SessionProvider = SessionContext.Provider;

/** The app before and around an unlock. */
export function useShell(): ClinicShell {
  const shell = useContext(ShellContext);
  if (shell === null) throw new Error('useShell is used outside of ShellProvider');
  return shell;
}

/** What the app is: starting, locked, unlocked, … */
export function usePhase(): ShellPhase {
  const shell = useShell();
  return useSyncExternalStore(
    useCallback((listener) => shell.subscribe(listener), [shell]),
    () => shell.phase(),
  );
}

/** The unlock in force. Only screens behind the unlock may ask. */
export function useSession(): ClinicSession {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('useSession is used outside of an unlock');
  return session;
}
