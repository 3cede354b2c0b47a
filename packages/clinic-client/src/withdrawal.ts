import type { Database } from '@fieldchart/encrypted-sqlite';
import { type Bytes, base64UrlEncode, utf8Encode } from '@fieldchart/foundation';
import { acknowledgeErased, sendSealedWork, type Withdrawal } from '@fieldchart/fhir-sync';
import { sealWork, type Vault } from '@fieldchart/key-vault';
import { exportUnsent } from '@fieldchart/record-store';
import { databaseName } from './enrolment.ts';
import { loadIdentity } from './identity.ts';
import type { ClinicPlatform, DeviceProfile } from './platform.ts';

/** The id under which a withdrawn user's sealed work rests until the server has it. */
const workOf = (userId: string) => `unsent work of ${userId}`;

/** Seals what has not been sent, while the database is open. Nothing is written. */
export async function sealUnsent(database: Database, deviceId: string): Promise<string> {
  const { rescueKey } = await loadIdentity(database);
  const unsent = await exportUnsent(database);
  return sealWork(utf8Encode(JSON.stringify({ device: deviceId, ...unsent })), rescueKey, deviceId);
}

/**
 * Takes the device away from its user, the session closed already: first the sealed work lies durably beside the key
 * records, then the key goes; the ciphertext goes only once the server has that work and the provider asked for it.
 * Killed anywhere, nothing unsent is lost: it is here sealed, or at the server, or in a database that rescue opens.
 */
export async function withdraw(
  platform: ClinicPlatform,
  vault: Vault,
  input: { readonly profile: DeviceProfile; readonly withdrawal: Withdrawal; readonly work: string },
): Promise<'erased' | 'withdrawn'> {
  const { profile, withdrawal, work } = input;
  const { userId } = profile;
  await platform.profiles.save({ ...profile, state: 'withdrawn' });
  await platform.keyRecords.saveSealed(workOf(userId), work);
  await vault.destroySecret(userId);
  if (profile.deviceSecretId !== null) await platform.deviceSecrets.remove(profile.deviceSecretId);
  const transport = platform.createTransport(profile.server);
  const { accessToken } = withdrawal;
  const sha256 = base64UrlEncode(await sha256Of(platform, utf8Encode(work)));
  const received = await sendSealedWork(transport, { accessToken, work, sha256 }).catch(() => false);
  if (!received) {
    platform.logger.warn('sealed-work-not-received');
    return 'withdrawn';
  }
  await platform.keyRecords.remove(workOf(userId));
  if (!withdrawal.erase) return 'withdrawn';
  await platform.deleteDatabase(databaseName(userId));
  await vault.remove(userId);
  await platform.profiles.remove(userId);
  const acknowledged = await acknowledgeErased(transport, accessToken).catch(() => false);
  if (!acknowledged) platform.logger.warn('erasure-not-acknowledged');
  return 'erased';
}

async function sha256Of({ webCrypto }: ClinicPlatform, data: Bytes): Promise<Bytes> {
  return new Uint8Array(await webCrypto.subtle.digest('SHA-256', data));
}
