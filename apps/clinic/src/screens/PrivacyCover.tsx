import { useEffect, useState } from 'react';
import { AppState, Platform, View } from 'react-native';
import { allowScreenCaptureAsync, preventScreenCaptureAsync } from 'expo-screen-capture';
import { rethrowLater } from '../session/rethrowLater.ts';
import { testIds } from '../testIds.ts';
import { usePalette } from '../theme/theme.ts';
import { Icon } from '../ui/Icon.tsx';

/**
 * Blanks the screen the moment the app is out of sight, before the system takes its picture for the task switcher; on
 * phones pictures of the screen are refused as well.
 */
export function PrivacyCover() {
  const palette = usePalette();
  const covered = useOutOfSight();
  useEffect(() => {
    if (Platform.OS === 'web') return;
    preventScreenCaptureAsync().catch(rethrowLater);
    return () => {
      allowScreenCaptureAsync().catch(rethrowLater);
    };
  }, []);
  if (!covered) return null;
  return (
    <View
      testID={testIds.cover}
      aria-hidden
      style={{
        position: 'absolute',
        inset: 0,
        zIndex: 1000,
        alignItems: 'center',
        justifyContent: 'center',
        backgroundColor: palette.background,
      }}
    >
      <Icon name="shield-lock-outline" size={48} color={palette.primary} />
    </View>
  );
}

/**
 * True while nobody should be able to see the screen: another app or tab is in front of it. Where the browser runs on
 * a phone or tablet, losing the focus is the task switcher on its way, and "hidden" may come after its picture was
 * taken. On a desktop it is another window beside this one, and the record stays readable.
 */
function useOutOfSight(): boolean {
  const [out, setOut] = useState(false);
  useEffect(() => {
    if (Platform.OS === 'web') {
      const touched = globalThis.matchMedia('(pointer: coarse)');
      const look = () =>
        setOut(document.visibilityState === 'hidden' || (touched.matches && !document.hasFocus()));
      const leave = () => setOut(true);
      globalThis.addEventListener('blur', look);
      globalThis.addEventListener('focus', look);
      document.addEventListener('visibilitychange', look);
      globalThis.addEventListener('pagehide', leave);
      globalThis.addEventListener('pageshow', look);
      return () => {
        globalThis.removeEventListener('blur', look);
        globalThis.removeEventListener('focus', look);
        document.removeEventListener('visibilitychange', look);
        globalThis.removeEventListener('pagehide', leave);
        globalThis.removeEventListener('pageshow', look);
      };
    }
    const subscription = AppState.addEventListener('change', (state) => setOut(state !== 'active'));
    return () => subscription.remove();
  }, []);
  return out;
}
