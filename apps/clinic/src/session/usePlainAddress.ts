import { useEffect } from 'react';
import { Platform } from 'react-native';

/** E5: while nobody is let in the browser's address names no client, however the app was started. */
export function usePlainAddress(atDoor: boolean): void {
  // At every rendering: the router writes its own address when its screens go, and that may come late.
  useEffect(() => {
    if (atDoor && Platform.OS === 'web') globalThis.history.replaceState(globalThis.history.state, '', '/');
  });
}
