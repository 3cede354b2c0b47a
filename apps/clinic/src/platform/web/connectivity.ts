import type { Connectivity } from '@fieldchart/clinic-client';

/** `navigator.onLine`, the visibility of the page, and their events. "Online" means only that some network is there. */
export function createWebConnectivity(): Connectivity {
  return {
    online: () => navigator.onLine,
    subscribe(listener) {
      const online = () => listener('online');
      const offline = () => listener('offline');
      const shown = () => listener(document.visibilityState === 'visible' ? 'foreground' : 'background');
      addEventListener('online', online);
      addEventListener('offline', offline);
      document.addEventListener('visibilitychange', shown);
      return () => {
        removeEventListener('online', online);
        removeEventListener('offline', offline);
        document.removeEventListener('visibilitychange', shown);
      };
    },
  };
}
