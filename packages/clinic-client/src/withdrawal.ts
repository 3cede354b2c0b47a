import type { Database } from '@fieldchart/encrypted-sqlite';
import { type Bytes, base64UrlEncode, utf8Encode } from '@fieldchart/foundation';
import { acknowledgeErased, backoffDelay, sendSealedWork, type Withdrawal } from '@fieldchart/fhir-sync';
import { sealWork, type Vault } from '@fieldchart/key-vault';
import { exportUnsent } from '@fieldchart/record-store';
import { discardEnrolment } from './enrolment.ts';
import { forgetHandover, type Handover, loadHandover, saveHandover } from './handover.ts';
import { loadIdentity } from './identity.ts';
import { databaseName } from './openUserDatabase.ts';
import type { ClinicPlatform, DeviceProfile } from './platform.ts';

/** Seals what has not been sent, while the database is open. Nothing is written. */
export async function sealUnsent(database: Database, deviceId: string): Promise<string> {
  const { rescueKey } = await loadIdentity(database);
  const unsent = await exportUnsent(database);
  return sealWork(utf8Encode(JSON.stringify({ device: deviceId, ...unsent })), rescueKey, deviceId);
}

/** Takes devices away from their users when the provider withdrew them, and settles what is owed for it. */
export interface Withdrawals {
  /** The session closed already, and in the shell's turn. */
  begin(profile: DeviceProfile, withdrawal: Withdrawal, work: string): Promise<void>;
  /** Brings every handover to its provider, again and again until it is received. */
  settle(): void;
}

/**
 * The order, killed anywhere: the handover (the sealed work, and the token that may bring it) lies durably on the disk
 * and decides; the keys go; the work is brought; only after its receipt goes the ciphertext, if the provider asked
 * for that; the erasure is acknowledged; the handover goes last. What was not sent is at each moment readable to a rescue,
 * or at the provider.
 */
export function createWithdrawals(options: {
  readonly platform: ClinicPlatform;
  readonly vault: Vault;
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  /** In turn: a user's data is erased from this device. */
  readonly onErased: () => Promise<void>;
}): Withdrawals {
  const { platform, vault, inTurn } = options;
  let failures = 0;
  let cancelAlarm = () => {};
  let running = false;

  const takeKeys = async (profile: DeviceProfile): Promise<void> => {
    await vault.destroySecret(profile.userId);
    if (profile.deviceSecretId !== null) await platform.deviceSecrets.remove(profile.deviceSecretId);
    await platform.profiles.save({ ...profile, state: 'withdrawn', deviceSecretId: null });
  };

  /** What a user of this device owes, their keys gone; null where there is nothing any more. */
  const owed = async (userId: string): Promise<(Handover & { readonly profile: DeviceProfile }) | null> => {
    const profile = (await platform.profiles.list()).find((one) => one.userId === userId);
    const handover = profile === undefined ? null : await loadHandover(platform, userId);
    if (profile === undefined || handover === null) return null;
    if (profile.state !== 'withdrawn') await takeKeys(profile);
    return { ...handover, profile };
  };

  const erase = async (userId: string): Promise<boolean> => {
    const handover = await owed(userId);
    if (handover?.erase !== true) return false;
    await platform.deleteDatabase(databaseName(userId));
    await vault.remove(userId);
    return true;
  };

  const close = async (profile: DeviceProfile, erased: boolean): Promise<void> => {
    if (!erased) return forgetHandover(platform, profile.userId);
    const leaving: DeviceProfile = { ...profile, state: 'leaving' };
    await platform.profiles.save(leaving);
    await discardEnrolment(platform, vault, leaving);
    await options.onErased();
  };

  /** False while something is still owed. The network is waited for out of turn: others may sign in meanwhile. */
  const settleOne = async (userId: string): Promise<boolean> => {
    const handover = await inTurn(() => owed(userId));
    if (handover === null) return true;
    const { work, accessToken, profile } = handover;
    const transport = platform.createTransport(profile.server);
    const sha256 = base64UrlEncode(await sha256Of(platform, utf8Encode(work)));
    if (!(await sendSealedWork(transport, { accessToken, work, sha256 }))) return false;
    const erased = await inTurn(() => erase(userId));
    if (erased && !(await acknowledgeErased(transport, accessToken))) return false;
    await inTurn(() => close(profile, erased));
    return true;
  };

  const settleAll = async (): Promise<void> => {
    let left = 0;
    for (const { userId } of await platform.profiles.list()) {
      const settled = await settleOne(userId).catch(() => false);
      if (!settled) left += 1;
    }
    failures = left === 0 ? 0 : failures + 1;
    if (left === 0) return;
    platform.logger.warn('withdrawal-not-settled');
    const delay = backoffDelay({ attempt: failures, retryAfterMs: undefined, random: platform.random });
    cancelAlarm = platform.timers.after(delay, settle);
  };

  const settle = (): void => {
    if (running) return;
    running = true;
    cancelAlarm();
    settleAll()
      .catch(() => platform.logger.error('withdrawal-failed'))
      .finally(() => (running = false));
  };

  return {
    async begin(profile, withdrawal, work) {
      await saveHandover(platform, profile.userId, { ...withdrawal, work });
      await takeKeys(profile);
      settle();
    },
    settle,
  };
}

async function sha256Of({ webCrypto }: ClinicPlatform, data: Bytes): Promise<Bytes> {
  return new Uint8Array(await webCrypto.subtle.digest('SHA-256', data));
}
