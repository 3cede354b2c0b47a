import type { Vault } from '@fieldchart/key-vault';
import type { DeviceUser } from './api.ts';
import type { DeviceProfile } from './platform.ts';

/** What the door shows of a user. How the secret is typed the key record itself says, where it can be read. */
export async function describeUser(vault: Vault, profile: DeviceProfile): Promise<DeviceUser> {
  const [described, pending] = await Promise.all([
    vault.describe(profile.userId),
    vault.pendingRescue(profile.userId),
  ]);
  return {
    userId: profile.userId,
    label: profile.label,
    secretKind: described?.secretKind ?? profile.secretKind,
    state: profile.state === 'withdrawn' ? 'withdrawn' : 'ready',
    rescueWaits: pending !== null,
    damaged: profile.damaged === true,
  };
}
