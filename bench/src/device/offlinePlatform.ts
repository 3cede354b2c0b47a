import type { ClinicPlatform } from '@fieldchart/clinic-client';
import { silentLogger, systemClock } from '@fieldchart/foundation';
import { noDeviceSecret } from '@fieldchart/key-vault';

type Storage = Pick<
  ClinicPlatform,
  'keyRecords' | 'profiles' | 'openDatabase' | 'openDamaged' | 'deleteDatabase' | 'ownership'
>;

/** A device without a network and without a bound secret, on the storage given: nothing to wait for but the disk. */
export function offlinePlatform(storage: Storage): ClinicPlatform {
  return {
    ...storage,
    clock: systemClock,
    timers: {
      after(milliseconds, task) {
        const id = setTimeout(task, milliseconds);
        return () => clearTimeout(id);
      },
    },
    random: { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) },
    logger: silentLogger,
    webCrypto: crypto as ClinicPlatform['webCrypto'],
    deviceSecrets: {
      offered: () => Promise.resolve(false),
      create: () => Promise.resolve({ ok: false, error: { kind: 'failed' } }),
      open: () => noDeviceSecret,
      remove: () => Promise.resolve(),
      none: noDeviceSecret,
    },
    estimator: { guessesLog10: () => Promise.resolve(20) },
    createTransport: () => ({ request: () => Promise.reject(new Error('no network')) }),
    organization: () => Promise.resolve(undefined),
    connectivity: { online: () => false, subscribe: () => () => {} },
  };
}
