import type { ClinicPlatform, DeviceProfile } from '@fieldchart/clinic-client';
import type { Database } from '@fieldchart/encrypted-sqlite';
import { randomUuid } from '@fieldchart/foundation';
import { createVault } from '@fieldchart/key-vault';
import { databaseName } from '../../../packages/clinic-client/src/openUserDatabase.ts';
import { saveIdentity } from '../../../packages/clinic-client/src/identity.ts';

export const SECRET = 'four words nobody guesses';

/**
 * Enrols a user as a ticket would, their database filled by `fill`. What a ticket adds to that, its opening, is no
 * part of any figure.
 */
export async function createBenchUser(
  platform: ClinicPlatform,
  practitionerId: string,
  fill: (database: Database) => Promise<void>,
): Promise<{ readonly userId: string }> {
  const userId = randomUuid(platform.random);
  const profile: DeviceProfile = {
    userId,
    label: 'BC',
    secretKind: 'passphrase',
    deviceSecretId: null,
    rescueDeviceSecretId: null,
    practitionerId,
    organizationId: 'bench',
    server: 'http://localhost:9',
    deviceId: userId,
    ticketId: userId,
    state: 'ready',
  };
  const rescue = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-384' }, true, ['deriveBits']);
  const { crv, x = '', y = '' } = await crypto.subtle.exportKey('jwk', rescue.publicKey);
  const keys = await vaultOf(platform).create({
    userId,
    secret: SECRET,
    secretKind: 'passphrase',
    eraseAfter: null,
    deviceSecret: platform.deviceSecrets.none,
    rescueKey: { kty: 'EC', crv, x, y },
  });
  const database = await platform.openDatabase({ name: databaseName(userId), key: keys.dataKey });
  keys.discard();
  await fill(database);
  await saveIdentity(database, {
    userId,
    practitionerId,
    practitionerName: 'Bench Clinician',
    role: 'clinician',
    organization: { id: 'bench', name: 'Bench' },
    server: 'http://localhost:9',
    rescueKey: { kty: 'EC', crv: 'P-384', x, y },
    registrations: [],
  });
  await database.close();
  await platform.profiles.save(profile);
  return { userId };
}

/** The user's own database, opened beside the app. */
export async function openUserDatabase(platform: ClinicPlatform, userId: string): Promise<Database> {
  const { none } = platform.deviceSecrets;
  const unlocked = await vaultOf(platform).unlock({ userId, secret: SECRET, deviceSecret: none });
  if (!unlocked.ok) throw new Error(`The bench's user did not unlock: ${unlocked.error.kind}`);
  const database = await platform.openDatabase({
    name: databaseName(userId),
    key: unlocked.value.keys.dataKey,
  });
  unlocked.value.keys.discard();
  return database;
}

function vaultOf({ keyRecords, webCrypto, random, clock, logger }: ClinicPlatform) {
  return createVault({ records: keyRecords, crypto: webCrypto, random, clock, logger });
}
