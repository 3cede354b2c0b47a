import type { UnlockedKeys, Vault } from '@fieldchart/key-vault';
import type { AuditChain } from '@fieldchart/record-store';
import type { SignOutcome } from './api.ts';
import type { TellLockedEvents } from './lockedEvents.ts';
import type { DeviceProfile, DeviceSecrets } from './platform.ts';

/** The user's secret proved again, at the moment of signing. */
export type Proof =
  | { readonly ok: true; readonly keys: UnlockedKeys }
  | { readonly ok: false; readonly error: Extract<SignOutcome, { ok: false }>['error'] };

/**
 * Proves the secret for a signature. The attempt counts like one to unlock; the keys are for this signature
 * only, and the caller discards them.
 */
export async function proveSecret(options: {
  readonly vault: Vault;
  readonly deviceSecrets: DeviceSecrets;
  readonly profile: DeviceProfile;
  readonly secret: string;
  readonly audit: AuditChain;
  readonly tell: TellLockedEvents;
}): Promise<Proof> {
  const { vault, profile, secret } = options;
  const deviceSecret = deviceSecretOf(options.deviceSecrets, profile);
  const unlocked = await vault.unlock({ userId: profile.userId, secret, deviceSecret });
  if (unlocked.ok) {
    const { keys, events } = unlocked.value;
    await options.tell(events, 'signing');
    return { ok: true, keys };
  }
  const { error } = unlocked;
  if (error.kind === 'wrong-secret') await options.audit.append('signing-refused');
  switch (error.kind) {
    case 'wrong-secret':
      return { ok: false, error: { kind: 'wrong-secret', delayMs: error.delayMs } };
    case 'delayed':
      return { ok: false, error: { kind: 'delayed', untilMs: error.untilMs } };
    case 'cancelled':
      return { ok: false, error: { kind: 'cancelled' } };
    case 'damaged':
    case 'erased':
    case 'device-secret-changed':
    case 'device-secret-missing':
      return { ok: false, error: { kind: 'unavailable' } };
  }
}

/** The bound secret that belongs to a profile, or none. */
export function deviceSecretOf(deviceSecrets: DeviceSecrets, profile: DeviceProfile) {
  return profile.deviceSecretId === null ? deviceSecrets.none : deviceSecrets.open(profile.deviceSecretId);
}
