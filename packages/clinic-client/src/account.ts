import type { AuditChain, RecordStore } from '@fieldchart/record-store';
import type { UnlockedKeys, Vault } from '@fieldchart/key-vault';
import type { ClinicSession, RehomeOutcome, RemovalOutcome } from './api.ts';
import { deviceSecretOf } from './attestation.ts';
import { readTicket } from './enrolment.ts';
import { type Identity, loadIdentity, saveIdentity, withRegistration } from './identity.ts';
import { judgeSecret } from './judgeSecret.ts';
import type { TellLockedEvents } from './lockedEvents.ts';
import type { ClinicPlatform, DeviceProfile } from './platform.ts';
import type { RunningSync } from './startSync.ts';

type Account = Pick<
  ClinicSession,
  'changeSecret' | 'pinPossible' | 'rehome' | 'removeFromDevice' | 'recordExport'
>;

/** What signed-in users do about themselves on this device. */
export function createAccount(options: {
  readonly platform: ClinicPlatform;
  readonly vault: Vault;
  readonly profile: DeviceProfile;
  readonly keys: UnlockedKeys;
  readonly store: RecordStore;
  readonly identity: Identity;
  readonly audit: AuditChain;
  readonly tell: TellLockedEvents;
  readonly sync: RunningSync;
  /** Ends the session and removes the user, once nothing of theirs is unsent and the secret was right. */
  readonly onRemoved: () => Promise<void>;
}): Account {
  const { platform, vault, profile, store, identity, audit, tell } = options;
  const { userId } = profile;
  const deviceSecret = deviceSecretOf(platform.deviceSecrets, profile);

  return {
    pinPossible: () => deviceSecret.kind !== 'none',

    async changeSecret({ current, next, nextKind }) {
      const verdict = await judgeSecret(platform, next, nextKind);
      const possible = nextKind === 'passphrase' || deviceSecret.kind !== 'none';
      if (!verdict.acceptable || !possible) return { ok: false, error: { kind: 'weak-secret' } };
      const changed = await vault.change({ userId, current, next, nextKind, deviceSecret });
      if (!changed.ok) return changed;
      // The record says how its secret is typed; the profile repeats it for when the record is damaged.
      await platform.profiles.save({ ...profile, secretKind: nextKind });
      await tell(changed.value.events, 'secret-change');
      return { ok: true };
    },

    async rehome(input): Promise<RehomeOutcome> {
      const read = await readTicket(platform, input);
      if (!read.ok) return read;
      const { claims, jwt } = read.value;
      if (claims.sub !== identity.practitionerId) return { ok: false, error: { kind: 'other-practitioner' } };
      if (claims.server !== identity.server) return { ok: false, error: { kind: 'other-server' } };
      const ticket = { id: claims.jti, jwt };
      const now = await loadIdentity(store.database);
      await saveIdentity(
        store.database,
        await withRegistration(now, { platform, keys: options.keys, ticket }),
      );
      options.sync.syncNow().catch(() => platform.logger.warn('sync-after-rehome-failed'));
      return { ok: true };
    },

    async removeFromDevice({ secret }): Promise<RemovalOutcome> {
      const proven = await vault.unlock({ userId, secret, deviceSecret });
      if (!proven.ok) return proven;
      proven.value.keys.discard();
      await tell(proven.value.events, 'removal');
      if (await hasUnsentWork(store)) return { ok: false, error: { kind: 'unsent-work' } };
      await options.onRemoved();
      return { ok: true };
    },

    recordExport: ({ consentId }) => audit.append('export', { record: `Consent/${consentId}` }),
  };
}

/** Anything that exists here alone: in the outbox in whatever state, or this side of an open conflict. */
async function hasUnsentWork(store: RecordStore): Promise<boolean> {
  const [row] = await store.database.all<{ unsent: number }>(
    'SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM conflicts) AS unsent',
  );
  return (row?.unsent ?? 1) > 0;
}
