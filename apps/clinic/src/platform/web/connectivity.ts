import type { Connectivity } from '@fieldchart/clinic-client';

/** `navigator.onLine` and its events. "Online" means only that some network is there. */
export function createWebConnectivity(): Connectivity {
  return {
    online: () => navigator.onLine,
    subscribe(listener) {
      const tell = () => listener(navigator.onLine);
      const shown = () => {
        if (document.visibilityState === 'visible') tell();
      };
      addEventListener('online', tell);
      addEventListener('offline', tell);
      document.addEventListener('visibilitychange', shown);
      return () => {
        removeEventListener('online', tell);
        removeEventListener('offline', tell);
        document.removeEventListener('visibilitychange', shown);
      };
    },
  };
}
