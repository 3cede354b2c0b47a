import type { Settings } from '@fieldchart/clinic-client';
import { useEffect, useSyncExternalStore } from 'react';
import { Platform, useColorScheme } from 'react-native';
import { i18n, systemLanguage } from '../i18n/i18n.ts';
import { rethrowLater } from './rethrowLater.ts';
import { darkTheme, lightTheme, type ClinicTheme } from '../theme/theme.ts';

type Appearance = Pick<Settings, 'language' | 'theme'>;

// The settings lie in the encrypted database. After a lock the last ones stay in force until the page is closed;
// before the first unlock the system's do, or what the user chose on the welcome screen.
let appearance: Appearance = { language: 'system', theme: 'system' };
const listeners = new Set<() => void>();

/** Sets language and theme for the whole app, locked screens included. */
export function applyAppearance(next: Appearance): void {
  if (next.language === appearance.language && next.theme === appearance.theme) return;
  appearance = { language: next.language, theme: next.theme };
  for (const listener of listeners) listener();
}

export const currentAppearance = (): Appearance => appearance;

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The theme in force; sets the language of the catalogue and of the page on the way. */
export function useAppearance(): ClinicTheme {
  const { language, theme } = useSyncExternalStore(subscribe, currentAppearance);
  const scheme = useColorScheme();
  const dark = theme === 'system' ? scheme === 'dark' : theme === 'dark';
  const spoken = language === 'system' ? systemLanguage() : language;
  const chosen = dark ? darkTheme : lightTheme;

  useEffect(() => {
    if (i18n.language !== spoken) i18n.changeLanguage(spoken).catch(rethrowLater);
    if (Platform.OS !== 'web') return;
    const root = document.documentElement;
    root.lang = spoken;
    root.style.colorScheme = dark ? 'dark' : 'light';
    root.style.setProperty('--focus', chosen.palette.focus);
    root.style.background = chosen.palette.background;
    document.body.style.background = chosen.palette.background;
  }, [spoken, dark, chosen]);

  return chosen;
}
