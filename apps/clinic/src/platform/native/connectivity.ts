import { AppState } from 'react-native';
import type { Connectivity } from '@fieldchart/clinic-client';

/** Coming to the foreground is the hint to try; whether there is a network, the sync engine's own request shows. */
export function createNativeConnectivity(): Connectivity {
  return {
    online: () => true,
    subscribe(listener) {
      const subscription = AppState.addEventListener('change', (state) => {
        if (state === 'active') listener('foreground');
        if (state === 'background') listener('background');
      });
      return () => subscription.remove();
    },
  };
}
