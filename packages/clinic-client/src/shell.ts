import type { Database } from '@fieldchart/encrypted-sqlite';
import { CodedError, isCodedError } from '@fieldchart/foundation';
import { createVault, judgePassphrase, judgePin, type UnlockedKeys } from '@fieldchart/key-vault';
import type {
  ClinicShell,
  DeviceUser,
  EnrolInput,
  EnrolOutcome,
  LockReason,
  SecretKind,
  SecretVerdict,
  ShellPhase,
  UnlockOutcome,
} from './api.ts';
import { deviceSecretOf } from './attestation.ts';
import { databaseName, discardEnrolment, enrol, openEnrolmentTicket } from './enrolment.ts';
import type { ClinicPlatform, DeviceProfile } from './platform.ts';
import { openSession, type OpenSession } from './session.ts';

/**
 * The app around its unlocks: who is enrolled here, enrolling, unlocking, locking, and which tab owns the app.
 * It starts by itself; the screens follow {@link ClinicShell.phase}.
 */
export function createClinicShell(platform: ClinicPlatform): ClinicShell {
  const vault = createVault({
    records: platform.keyRecords,
    crypto: platform.webCrypto,
    random: platform.random,
    clock: platform.clock,
    logger: platform.logger,
    ...(platform.iterations === undefined ? {} : { iterations: platform.iterations }),
  });
  let phase: ShellPhase = { name: 'starting' };
  let open: OpenSession | undefined;
  /** Unlocking, locking and enrolling happen one after the other. */
  let turn: Promise<unknown> = Promise.resolve();
  const listeners = new Set<() => void>();

  const enter = (next: ShellPhase) => {
    phase = next;
    for (const listener of listeners) listener();
  };
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work);
    turn = result.catch(() => {});
    return result;
  };
  const giveUp = (error: unknown) => {
    const coded = isCodedError(error)
      ? error
      : new CodedError('UNKNOWN', 'Unexpected fault', { cause: error });
    platform.logger.error('shell-failed', { code: coded.code });
    enter({ name: 'failed', error: coded });
  };

  const enterGate = async (reason: LockReason | null) => {
    const profiles = await platform.profiles.list();
    for (const unfinished of profiles.filter((profile) => profile.state === 'enrolling')) {
      await discardEnrolment(platform, unfinished);
    }
    const users = profiles.filter((profile) => profile.state === 'ready').map(deviceUser);
    enter(users.length === 0 ? { name: 'welcome' } : { name: 'locked', users, reason });
  };

  const closeSession = async () => {
    await open?.saved();
    // No field is left to type into while the database closes: what came in now would be lost.
    enter({ name: 'starting' });
    await open?.close();
    open = undefined;
  };

  const onLost = () =>
    inTurn(async () => {
      await closeSession();
      enter({ name: 'elsewhere' });
    });

  const start = async () => {
    if (await platform.ownership.acquire(onLost)) await enterGate(null);
    else enter({ name: 'elsewhere' });
  };
  inTurn(start).catch(giveUp);

  const beginSession = async (profile: DeviceProfile, keys: UnlockedKeys, database: Database) => {
    try {
      open = await openSession({ platform, vault, profile, keys, database });
    } catch (error) {
      await database.close();
      keys.discard();
      throw error;
    }
    enter({ name: 'unlocked', session: open.session });
  };

  const unlock = async (input: {
    readonly userId: string;
    readonly secret: string;
  }): Promise<UnlockOutcome> => {
    const profile = (await platform.profiles.list()).find((one) => one.userId === input.userId);
    if (profile === undefined) throw new CodedError('USER_UNKNOWN', 'Nobody of this id is enrolled here');
    const deviceSecret = deviceSecretOf(platform.deviceSecrets, profile);
    const outcome = await vault.unlock({ ...input, deviceSecret });
    if (!outcome.ok) return outcome;
    const { keys } = outcome.value;
    try {
      const database = await platform.openDatabase({ name: databaseName(profile.userId), key: keys.dataKey });
      await beginSession(profile, keys, database);
      return { ok: true, value: null };
    } catch (error) {
      keys.discard();
      if (!isCodedError(error)) throw error;
      platform.logger.error('unlock-failed', { code: error.code });
      const damaged = isCodedError(
        error,
        'DATABASE_KEY_OR_DAMAGE',
        'DATABASE_CORRUPT',
        'IDENTITY_UNREADABLE',
      );
      return { ok: false, error: { kind: damaged ? 'database-damaged' : 'storage' } };
    }
  };

  const judgeSecret = async (secret: string, kind: SecretKind): Promise<SecretVerdict> => {
    const judged = kind === 'pin' ? judgePin(secret) : await judgePassphrase(secret, platform.estimator);
    return judged.ok
      ? { acceptable: true, guessesLog10: judged.value.guessesLog10 }
      : { acceptable: false, guessesLog10: judged.error.guessesLog10, reason: judged.error.kind };
  };

  const enrolHere = async (input: EnrolInput): Promise<EnrolOutcome> => {
    const verdict = await judgeSecret(input.secret, input.secretKind);
    if (!verdict.acceptable) return { ok: false, error: { kind: 'weak-secret' } };
    const outcome = await enrol(platform, vault, input);
    if (!outcome.ok) return outcome;
    const { profile, keys, database } = outcome.value;
    await beginSession(profile, keys, database);
    return { ok: true, value: null };
  };

  return {
    phase: () => phase,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    openTicket: (input) => openEnrolmentTicket(platform, input),
    enrol: (input) => inTurn(() => enrolHere(input)),
    unlock: (input) => inTurn(() => unlock(input)),
    lock: (reason) =>
      inTurn(async () => {
        if (open === undefined) return;
        await closeSession();
        await enterGate(reason);
      }),
    useHere: () =>
      inTurn(async () => {
        await platform.ownership.takeOver(onLost);
        await enterGate('takeover');
      }),
    judgeSecret,
    pinOffered: () => platform.deviceSecrets.offered(),
  };
}

function deviceUser(profile: DeviceProfile): DeviceUser {
  return { userId: profile.userId, label: profile.label, secretKind: profile.secretKind };
}
