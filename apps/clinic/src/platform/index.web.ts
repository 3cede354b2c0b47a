import wasmUrl from '@journeyapps/wa-sqlite/dist/mc-wa-sqlite.wasm';
import { type ClinicPlatform, type ClinicShell, createClinicShell } from '@fieldchart/clinic-client';
import { deleteWebDatabase, openDamagedWebDatabase, openWebDatabase } from '@fieldchart/encrypted-sqlite/web';
import { systemClock } from '@fieldchart/foundation';
import { consoleLogger } from './consoleLogger.ts';
import { platformTimers } from './timers.ts';
import { createWebConnectivity } from './web/connectivity.ts';
import { createWebDeviceSecrets } from './web/deviceSecret.ts';
import { createWebKeyRecords } from './web/keyRecords.ts';
import { createWebOrganization } from './web/organization.ts';
import { createWebOwnership } from './web/ownership.ts';
import { createWebPassphraseEstimator } from './web/passphraseEstimator.ts';
import { askForPersistentStorage } from './web/persistentStorage.ts';
import { createWebProfiles } from './web/profiles.ts';
import { webRandom } from './web/random.ts';
import { registerServiceWorker } from './web/serviceWorker.ts';
import { createFetchTransport } from './web/transport.ts';

/** The app in a browser: OPFS, IndexedDB, WebAuthn and Web Locks behind the ports. */
export function createShell(): ClinicShell {
  registerServiceWorker();
  const profiles = createWebProfiles();
  const place = {
    createWorker: () => new Worker(new URL('./web/databaseWorker.ts', import.meta.url), { type: 'module' }),
    wasmUrl: new URL(String(wasmUrl), location.href).href,
  };
  const openDatabase = openWebDatabase(place);
  const platform: ClinicPlatform = {
    clock: systemClock,
    timers: platformTimers,
    random: webRandom,
    logger: consoleLogger,
    webCrypto: crypto,
    keyRecords: createWebKeyRecords(),
    profiles,
    deviceSecrets: createWebDeviceSecrets(),
    estimator: createWebPassphraseEstimator(),
    openDatabase(options) {
      // There is something to lose from now on.
      askForPersistentStorage();
      return openDatabase(options);
    },
    openDamaged: openDamagedWebDatabase(place),
    deleteDatabase: deleteWebDatabase,
    createTransport: createFetchTransport,
    organization: createWebOrganization(async () => (await profiles.list()).length > 0),
    ownership: createWebOwnership(),
    connectivity: createWebConnectivity(),
  };
  return createClinicShell(platform);
}
