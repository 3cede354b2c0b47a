import { createAuthorizedTransport, sendSealedWork } from '@fieldchart/fhir-sync';
import { base64UrlEncode, CodedError, isCodedError, utf8Encode } from '@fieldchart/foundation';
import { type RescueKey, sealWork, type UnlockedKeys, type Vault } from '@fieldchart/key-vault';
import { type Salvaged, salvage } from '@fieldchart/record-store';
import type { SalvageOutcome, SalvageReport } from './api.ts';
import { deviceSecretOf } from './attestation.ts';
import { loadIdentity } from './identity.ts';
import { loadSalvage, saveSalvage } from './keptSalvage.ts';
import { databaseName } from './openUserDatabase.ts';
import type { ClinicPlatform, DeviceProfile } from './platform.ts';

/**
 * Reads what can still be read of a user's damaged database, seals it to the provider's rescue key, and keeps the sealed
 * text on this device, where it lies until the user is removed. Then it is brought to the provider if there is a way.
 * Asked again, it sends the same text. The damaged file stays as and where it is: nothing opens it for writing, and a
 * later enrolment has a file of its own.
 */
export async function salvageRecord(
  platform: ClinicPlatform,
  vault: Vault,
  profile: DeviceProfile,
  secret: string,
): Promise<SalvageOutcome> {
  const deviceSecret = deviceSecretOf(platform.deviceSecrets, profile);
  const unlocked = await vault.unlock({ userId: profile.userId, secret, deviceSecret });
  if (!unlocked.ok) return unlocked;
  const { keys } = unlocked.value;
  try {
    const kept = (await loadSalvage(platform, profile.userId)) ?? (await make(platform, profile, keys));
    if (kept.work === null || kept.sent) return { ok: true, value: kept };
    const sent = await bring(platform, profile, keys, kept.work).catch((error: unknown) => {
      platform.logger.warn('salvage-not-sent', { code: codeOf(error) });
      return false;
    });
    const report = { ...kept, sent };
    if (sent) await saveSalvage(platform, profile.userId, report);
    return { ok: true, value: report };
  } catch (error) {
    if (!isCodedError(error)) throw error;
    platform.logger.error('salvage-failed', { code: error.code });
    return { ok: false, error: { kind: 'storage' } };
  } finally {
    keys.discard();
  }
}

async function make(
  platform: ClinicPlatform,
  profile: DeviceProfile,
  keys: UnlockedKeys,
): Promise<SalvageReport> {
  const name = databaseName(profile.userId);
  const salvaged = await salvage(({ verify }) =>
    platform.openDamaged({ name, key: keys.dataKey.slice(), verify }),
  );
  const { entries, records, conflicts, superseded, unreadable } = salvaged;
  const counts = {
    waiting: entries.length,
    records: records.length,
    unproven: [...entries, ...records].filter(({ unproven }) => unproven).length,
    unreadable,
  };
  platform.logger.warn('record-salvaged', counts);
  const found = entries.length + records.length + conflicts.length + superseded.length;
  const work = found === 0 ? null : await seal(salvaged, await rescueKeyOf(platform, name, keys), profile);
  const report: SalvageReport = { ...counts, work, sent: false };
  // A try that found nothing is not remembered: the next one looks again.
  if (work !== null) await saveSalvage(platform, profile.userId, report);
  return report;
}

function seal(salvaged: Salvaged, rescueKey: RescueKey, { deviceId }: DeviceProfile): Promise<string> {
  const content = JSON.stringify({ device: deviceId, salvaged: true, ...salvaged });
  return sealWork(utf8Encode(content), rescueKey, deviceId);
}

/** As the ticket said it, from the damaged record itself; where that cannot be read, as the organisation publishes it. */
async function rescueKeyOf(platform: ClinicPlatform, name: string, keys: UnlockedKeys): Promise<RescueKey> {
  try {
    const database = await platform.openDamaged({ name, key: keys.dataKey.slice(), verify: true });
    try {
      return (await loadIdentity(database)).rescueKey;
    } finally {
      await database.close();
    }
  } catch (error) {
    platform.logger.warn('rescue-key-unreadable', { code: codeOf(error) });
    const organization = await platform.organization();
    if (organization === undefined)
      throw new CodedError('RESCUE_KEY_UNKNOWN', 'Nothing here names the rescue key');
    return organization.rescueKey;
  }
}

async function bring(
  platform: ClinicPlatform,
  profile: DeviceProfile,
  keys: UnlockedKeys,
  work: string,
): Promise<boolean> {
  const transport = createAuthorizedTransport({
    transport: platform.createTransport(profile.server),
    clock: platform.clock,
    random: platform.random,
    deviceId: keys.keyId,
    baseUrl: profile.server,
    sign: (claims) => keys.signJwt(claims),
    onWithdrawn: () => {},
  });
  const digest = await platform.webCrypto.subtle.digest('SHA-256', utf8Encode(work));
  return await sendSealedWork(transport, { work, sha256: base64UrlEncode(new Uint8Array(digest)) });
}

const codeOf = (error: unknown): string => (isCodedError(error) ? error.code : 'UNKNOWN');
