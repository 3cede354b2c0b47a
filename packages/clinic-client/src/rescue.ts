import type { Database } from '@fieldchart/encrypted-sqlite';
import { CodedError, isCodedError } from '@fieldchart/foundation';
import { fetchRescueAnswer, sendRescueRequest } from '@fieldchart/fhir-sync';
import {
  checkTicket,
  type DeviceSecret,
  type LockedEvent,
  type TicketClaims,
  type UnlockedKeys,
  type Vault,
} from '@fieldchart/key-vault';
import type { RescueAsk, RescueOutcome, RescueView, RescueFinish } from './api.ts';
import { newDeviceSecret } from './enrolment.ts';
import { forgetHandover } from './handover.ts';
import { loadIdentity, saveIdentity, withRegistration } from './identity.ts';
import { openUserDatabase } from './openUserDatabase.ts';
import type { ClinicPlatform, DeviceProfile } from './platform.ts';

/** What a finished rescue opened, ready to become a session. */
export interface RescuedUser {
  readonly profile: DeviceProfile;
  readonly keys: UnlockedKeys;
  readonly database: Database;
  /** What the audit chain is to tell of. */
  readonly events: readonly LockedEvent[];
}

/**
 * Asks for rescue under a new secret. A PIN gets a device secret of its own: the old one may be what was lost. It is
 * removed again when the user cancels, and takes the old one's place when the rescue is finished.
 */
export async function requestRescue(
  platform: ClinicPlatform,
  vault: Vault,
  profile: DeviceProfile,
  input: RescueAsk,
): Promise<RescueOutcome<RescueView>> {
  const created = await newDeviceSecret(platform, input.secretKind, profile.userId);
  if (!created.ok) return created;
  const deviceSecret = created.value;
  await forgetRescueSecret(platform, profile);
  await platform.profiles.save({
    ...profile,
    rescueDeviceSecretId: deviceSecret.kind === 'none' ? null : deviceSecret.id,
  });
  const known = await vault.describe(profile.userId);
  const pending = await vault.requestRescue({
    userId: profile.userId,
    secret: input.secret,
    secretKind: input.secretKind,
    deviceSecret,
    organization: profile.organizationId,
    practitioner: profile.practitionerId,
    device: known?.keyId ?? profile.deviceId,
  });
  return { ok: true, value: { id: pending.id, text: pending.text, code: pending.code } };
}

/** Withdraws a request and what was made for it. The user's own record is as it was. */
export async function cancelRescue(
  platform: ClinicPlatform,
  vault: Vault,
  profile: DeviceProfile,
): Promise<void> {
  await vault.cancelRescue(profile.userId);
  await forgetRescueSecret(platform, profile);
  await platform.profiles.save({ ...profile, rescueDeviceSecretId: null });
}

/** Sends the request over the network, for the administrator's list. */
export async function mailRescueRequest(
  platform: ClinicPlatform,
  vault: Vault,
  profile: DeviceProfile,
): Promise<RescueOutcome<null>> {
  const pending = await vault.pendingRescue(profile.userId);
  if (pending === null) return { ok: false, error: { kind: 'no-request' } };
  return sendRescueRequest(platform.createTransport(profile.server), pending.text);
}

/** Looks whether the answer has arrived at the server; null while it has not. */
export async function lookForAnswer(
  platform: ClinicPlatform,
  vault: Vault,
  profile: DeviceProfile,
): Promise<RescueOutcome<string | null>> {
  const pending = await vault.pendingRescue(profile.userId);
  if (pending === null) return { ok: false, error: { kind: 'no-request' } };
  return fetchRescueAnswer(platform.createTransport(profile.server), pending.id);
}

/**
 * Opens the answer with the new secret. Nothing is replaced before the data key has opened the user's own database and
 * the ticket was found to be the organisation's, for this practitioner and this key. The order afterwards: the record,
 * then the new key's registration in the database, then the profile, and last of all the request goes: killed in
 * between, the next unlock with the new secret comes here again.
 */
export async function finishRescue(
  platform: ClinicPlatform,
  vault: Vault,
  profile: DeviceProfile,
  input: RescueFinish,
): Promise<RescueOutcome<RescuedUser>> {
  const pending = await vault.pendingRescue(profile.userId);
  if (pending === null) return { ok: false, error: { kind: 'no-request' } };
  const id = profile.rescueDeviceSecretId;
  const deviceSecret: DeviceSecret =
    id === null ? platform.deviceSecrets.none : platform.deviceSecrets.open(id);
  let claims: TicketClaims | undefined;
  let refusal: string | undefined;
  const outcome = await vault.finishRescue({
    userId: profile.userId,
    secret: input.secret,
    deviceSecret,
    answer: input.answer,
    accepts: async ({ dataKey, ticket }) => {
      claims = await acceptedClaims(platform, profile, pending.keyId, ticket);
      if (claims === undefined) return null;
      refusal = await tryDatabase(platform, profile, dataKey);
      if (refusal !== undefined) return null;
      // Not from the record that is replaced: the policy itself may have destroyed that one.
      return { eraseAfter: claims.erase_after_attempts ?? null };
    },
  });
  if (refusal !== undefined) await vault.didNotOpen(profile.userId, refusal);
  if (refusal === 'DATABASE_NEWER') return { ok: false, error: { kind: 'database-newer' } };
  if (!outcome.ok) return outcome;
  const { keys, ticket, events } = outcome.value;
  if (claims === undefined) throw new CodedError('RESCUE_UNCHECKED', 'The ticket was not checked');
  const opening = { key: keys.dataKey, existing: true };
  const database = await openUserDatabase(platform, profile.userId, opening);
  try {
    const identity = await loadIdentity(database);
    await saveIdentity(
      database,
      await withRegistration(identity, { platform, keys, ticket: { id: claims.jti, jwt: ticket } }),
    );
    // Of a device that the provider had withdrawn: what was to be handed over is the user's to send again.
    await forgetHandover(platform, profile.userId);
    const described = await vault.describe(profile.userId);
    const rescued: DeviceProfile = {
      ...profile,
      state: 'ready',
      secretKind: described?.secretKind ?? profile.secretKind,
      deviceSecretId: id,
      rescueDeviceSecretId: null,
      deviceId: keys.keyId,
    };
    await platform.profiles.save(rescued);
    await vault.cancelRescue(profile.userId);
    if (profile.deviceSecretId !== null && profile.deviceSecretId !== id) {
      await platform.deviceSecrets.remove(profile.deviceSecretId);
    }
    return { ok: true, value: { profile: rescued, keys, database, events } };
  } catch (error) {
    await database.close();
    keys.discard();
    throw error;
  }
}

async function forgetRescueSecret(platform: ClinicPlatform, profile: DeviceProfile): Promise<void> {
  const id = profile.rescueDeviceSecretId;
  if (id !== null && id !== profile.deviceSecretId) await platform.deviceSecrets.remove(id);
}

async function acceptedClaims(
  platform: ClinicPlatform,
  profile: DeviceProfile,
  keyId: string,
  ticket: string,
): Promise<TicketClaims | undefined> {
  const organization = await platform.organization();
  if (organization === undefined) return undefined;
  const checked = await checkTicket(ticket, organization, platform.clock.now());
  if (!checked.ok) return undefined;
  const { claims } = checked.value;
  return claims.sub === profile.practitionerId && claims.device === keyId ? claims : undefined;
}

/** The code with which the database does not open under that key; undefined where it opens. */
async function tryDatabase(
  platform: ClinicPlatform,
  profile: DeviceProfile,
  dataKey: Uint8Array<ArrayBuffer>,
): Promise<string | undefined> {
  try {
    const database = await openUserDatabase(platform, profile.userId, { key: dataKey, existing: true });
    try {
      await loadIdentity(database);
      return undefined;
    } finally {
      await database.close();
    }
  } catch (error) {
    return isCodedError(error) ? error.code : 'UNKNOWN';
  }
}
