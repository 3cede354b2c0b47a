import { open as openOpSqlite } from '@op-engineering/op-sqlite';
import { Paths } from 'expo-file-system';
import { type ClinicPlatform, type ClinicShell, createClinicShell } from '@fieldchart/clinic-client';
import { createNativeOpenDamaged, createNativeOpenDatabase } from '@fieldchart/encrypted-sqlite/native';
import { systemClock } from '@fieldchart/foundation';
import { consoleLogger } from './consoleLogger.ts';
import { createNativeConnectivity } from './native/connectivity.ts';
import { createDatabaseFiles } from './native/databaseFiles.ts';
import { createNativeDeviceSecrets } from './native/deviceSecret.ts';
import { createNativeKeyRecords } from './native/keyRecords.ts';
import { fillLanguageGaps } from './native/languageGaps.ts';
import { createNativeOrganization } from './native/organization.ts';
import { createNativePassphraseEstimator } from './native/passphraseEstimator.ts';
import { createNativeProfiles } from './native/profiles.ts';
import { nativeRandom } from './native/random.ts';
import { createNativeTransport } from './native/transport.ts';
import { installNativeWebCrypto } from './native/webCrypto.ts';
import { platformTimers } from './timers.ts';

/** The app on a phone: SQLCipher, keychain or keystore, and the phone's own cryptography behind the ports. */
export function createShell(): ClinicShell {
  fillLanguageGaps();
  const webCrypto = installNativeWebCrypto();
  const location = Paths.document.uri.replace(/^file:\/\//u, '');
  const files = createDatabaseFiles();
  const databases = { open: openOpSqlite, location, files };
  const platform: ClinicPlatform = {
    clock: systemClock,
    timers: platformTimers,
    random: nativeRandom,
    logger: consoleLogger,
    webCrypto,
    keyRecords: createNativeKeyRecords(),
    profiles: createNativeProfiles(),
    deviceSecrets: createNativeDeviceSecrets({ crypto: globalThis.crypto, random: nativeRandom }),
    estimator: createNativePassphraseEstimator(),
    openDatabase: createNativeOpenDatabase(databases),
    openDamaged: createNativeOpenDamaged(databases),
    deleteDatabase: (name) => files.removeDatabase(name),
    createTransport: createNativeTransport,
    organization: createNativeOrganization(),
    // A phone runs one instance of the app.
    ownership: { acquire: () => Promise.resolve(true), takeOver: () => Promise.resolve() },
    connectivity: createNativeConnectivity(),
  };
  return createClinicShell(platform);
}
