import type { Ownership } from '@fieldchart/clinic-client';

const lockName = 'fieldchart-app';
const channelName = 'fieldchart-ownership';

/**
 * One tab at a time, by the Web Locks API: the lock is held as long as the tab lives, and the browser frees it
 * when the tab is closed or killed. A BroadcastChannel carries the wish of another tab to take over.
 */
export function createWebOwnership(): Ownership {
  let release: (() => void) | undefined;

  const hold = (onLost: () => Promise<void>) => {
    const channel = new BroadcastChannel(channelName);
    channel.addEventListener('message', (event: MessageEvent<unknown>) => {
      if (event.data !== 'take-over' || release === undefined) return;
      const letGo = release;
      release = undefined;
      // It blanks the screen before it returns: no field is left to type into while the record closes.
      onLost().then(
        () => {
          channel.close();
          letGo();
        },
        // The other tab must not wait for ever on a tab that cannot close its database: leaving the page
        // ends the worker, and with it every handle.
        () => location.reload(),
      );
    });
    return new Promise<void>((resolve) => {
      release = resolve;
    });
  };

  const request = (options: LockOptions, onLost: () => Promise<void>) =>
    new Promise<boolean>((resolve, reject) => {
      navigator.locks
        .request(lockName, options, (lock) => {
          resolve(lock !== null);
          return lock === null ? undefined : hold(onLost);
        })
        .catch(reject);
    });

  return {
    acquire: (onLost) => request({ ifAvailable: true }, onLost),
    async takeOver(onLost) {
      const channel = new BroadcastChannel(channelName);
      channel.postMessage('take-over');
      await request({}, onLost);
      channel.close();
    },
  };
}
