import type { Withdrawal } from '@fieldchart/fhir-sync';
import { createReopeningDatabase } from '@fieldchart/encrypted-sqlite';
import { CodedError, isCodedError } from '@fieldchart/foundation';
import { createVault, hashText, type LockedEvent } from '@fieldchart/key-vault';
import { createAuditChain } from '@fieldchart/record-store';
import type {
  ClinicShell,
  EnrolInput,
  EnrolOutcome,
  LockReason,
  RescueAsk,
  RescueFinish,
  RescueOutcome,
  RescueView,
  ShellPhase,
  UnlockOutcome,
} from './api.ts';
import { deviceSecretOf } from './attestation.ts';
import { describeUser } from './describeUser.ts';
import { endSession } from './endSession.ts';
import { discardEnrolment, enrol, type Enrolled, openEnrolmentTicket } from './enrolment.ts';
import { judgeSecret } from './judgeSecret.ts';
import { createTelling, type Occasion, tellUnopened, tellUserAdded } from './lockedEvents.ts';
import { openUserDatabase } from './openUserDatabase.ts';
import type { ClinicPlatform, DeviceProfile } from './platform.ts';
import { cancelRescue, finishRescue, lookForAnswer, mailRescueRequest, requestRescue } from './rescue.ts';
import { salvageRecord } from './salvageRecord.ts';
import { openSession, type OpenSession } from './session.ts';
import { toDatabaseProblem, toUnlockProblem } from './unlockProblem.ts';
import { createWithdrawals } from './withdrawal.ts';

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
  let abandonUnsaved = () => {};
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
    for (const unfinished of profiles.filter(({ state }) => state === 'enrolling' || state === 'leaving')) {
      await discardEnrolment(platform, vault, unfinished);
    }
    const standing = profiles.filter(({ state }) => state === 'ready' || state === 'withdrawn');
    const users = await Promise.all(standing.map((profile) => describeUser(vault, profile)));
    enter(users.length === 0 ? { name: 'welcome', reason } : { name: 'locked', users, reason });
  };

  /** From here on nothing of the record is on the screen, and no field is left to type into. */
  const blank = () => {
    if (open !== undefined && phase.name === 'unlocked') enter({ name: 'locking', unsaved: false });
  };
  const closeSession = async (last: () => Promise<void> = async () => {}) => {
    const session = open;
    if (session === undefined) return;
    blank();
    try {
      await endSession({
        session,
        timers: platform.timers,
        logger: platform.logger,
        onUnsaved: () => enter({ name: 'locking', unsaved: true }),
        abandoned: new Promise((resolve) => (abandonUnsaved = resolve)),
        last,
      });
    } finally {
      open = undefined;
      abandonUnsaved = () => {};
    }
  };
  /** The session ends, then comes the door. What fails on the way is said on the screen: nobody waits for it. */
  const lock = (reason: LockReason) => {
    blank();
    return inTurn(async () => {
      if (open === undefined) return;
      try {
        await closeSession();
        await enterGate(reason);
      } catch (error) {
        giveUp(error);
      }
    });
  };

  const onLost = () => {
    blank();
    return inTurn(async () => {
      await closeSession();
      enter({ name: 'elsewhere' });
    });
  };

  const withdrawals = createWithdrawals({
    platform,
    vault,
    inTurn,
    // Somebody else may be signed in by now: they are not sent away.
    onErased: async () => {
      if (phase.name === 'locked') await enterGate('erased');
    },
  });

  const start = async () => {
    if (!(await platform.ownership.acquire(onLost))) return enter({ name: 'elsewhere' });
    await enterGate(null);
    withdrawals.settle();
  };
  inTurn(start).catch(giveUp);
  platform.connectivity.subscribe((hint) => {
    const mayReach = hint === 'online' || hint === 'foreground';
    if (mayReach && phase.name !== 'elsewhere') withdrawals.settle();
  });

  /** Nothing is shown before the audit chain tells who unlocked, and of what happened while the app was locked. */
  const beginSession = async (
    opened: Enrolled & { readonly acceptedLostJournal?: boolean },
    occasion: Occasion,
    events: readonly LockedEvent[],
  ) => {
    const { profile, keys } = opened;
    const database = createReopeningDatabase(opened.database, () =>
      openUserDatabase(platform, profile.userId, { key: keys.dataKey, existing: true }),
    );
    const { clock, random, webCrypto } = platform;
    const audit = createAuditChain({ database, clock, random, hash: hashText(webCrypto) });
    const telling = { database, audit, vault, logger: platform.logger };
    const tell = createTelling({ ...telling, userId: profile.userId, deviceId: keys.keyId });
    let session: OpenSession | undefined;
    try {
      session = await openSession({
        platform,
        vault,
        ...opened,
        database,
        audit,
        // What cannot be told now is kept, and told at the next unlock: the signature or change stands all the same.
        tell: (late, when) => tell(late, when).catch(() => platform.logger.warn('locked-events-not-told')),
        onWithdrawn: (withdrawal) => void inTurn(() => giveUpDevice(profile, withdrawal)).catch(giveUp),
        onRemoved: () => inTurn(() => leave(profile)),
        async onDamaged(finding) {
          // The chain lies in the damaged file and may refuse; the door remembers all the same.
          await audit.append('record-damaged', finding).catch(() => platform.logger.warn('damage-not-told'));
          await platform.profiles.save({ ...(await profileOf(profile.userId)), damaged: true });
        },
      });
      await tellUserAdded(database, audit, profile.ticketId);
      await tellUnopened({ ...telling, profile, profiles: await platform.profiles.list() }, occasion);
      if (occasion !== 'enrolment') {
        await tell(events, occasion);
        await audit.append('unlock');
        if (opened.acceptedLostJournal === true) {
          await audit.append('record-damaged', { code: 'DATABASE_JOURNAL_LOST' });
        }
      }
    } catch (error) {
      try {
        await (session === undefined ? database.close() : session.abandon());
      } finally {
        keys.discard();
      }
      throw error;
    }
    open = session;
    enter({ name: 'unlocked', session: session.session });
  };

  /** The provider withdrew the device: its unsent work is sealed while it can be read, then the session ends. */
  const giveUpDevice = async (profile: DeviceProfile, withdrawal: Withdrawal) => {
    const session = open;
    if (session === undefined) return;
    let work: string | undefined;
    await closeSession(async () => {
      work = await session.sealUnsent();
    });
    // Given up by the user while the disk refused: the next unlock learns of the withdrawal again.
    if (work === undefined) return enterGate(null);
    await withdrawals.begin(profile, withdrawal, work);
    await enterGate('withdrawn');
  };

  const leave = async (profile: DeviceProfile) => {
    await closeSession();
    // From this write on the next start finishes what a kill breaks off.
    await platform.profiles.save({ ...profile, state: 'leaving' });
    await enterGate('left');
  };

  const profileOf = async (userId: string): Promise<DeviceProfile> => {
    const profile = (await platform.profiles.list()).find((one) => one.userId === userId);
    if (profile !== undefined) return profile;
    throw new CodedError('USER_UNKNOWN', 'Nobody of this id is enrolled here');
  };

  const unlock = async (input: Parameters<ClinicShell['unlock']>[0]): Promise<UnlockOutcome> => {
    const profile = await profileOf(input.userId);
    const pending = await vault.pendingRescue(input.userId);
    if (pending?.answered === true) {
      const rescued = await rescue({ ...input, answer: null });
      return rescued.ok ? rescued : { ok: false, error: toUnlockProblem(rescued.error) };
    }
    const deviceSecret = deviceSecretOf(platform.deviceSecrets, profile);
    const outcome = await vault.unlock({ ...input, deviceSecret });
    if (!outcome.ok) return outcome;
    const { keys, events } = outcome.value;
    try {
      const database = await openUserDatabase(platform, profile.userId, {
        key: keys.dataKey,
        existing: true,
        acceptLostJournal: input.acceptLostJournal ?? false,
      });
      const acceptedLostJournal = input.acceptLostJournal ?? false;
      await beginSession({ profile, keys, database, acceptedLostJournal }, 'unlock', events);
      return { ok: true, value: null };
    } catch (error) {
      keys.discard();
      if (!isCodedError(error)) throw error;
      platform.logger.error('unlock-failed', { code: error.code });
      await keepUnopened(profile.userId, error.code);
      return { ok: false, error: { kind: toDatabaseProblem(error) } };
    }
  };

  /** Before it is said on the screen. Where not even this can be kept, the screen says the same. */
  const keepUnopened = (userId: string, code: string) =>
    vault.didNotOpen(userId, code).catch(() => platform.logger.warn('unopened-not-kept'));

  const askForRescue = async (input: RescueAsk): Promise<RescueOutcome<RescueView>> => {
    const verdict = await judgeSecret(platform, input.secret, input.secretKind);
    if (!verdict.acceptable) return { ok: false, error: { kind: 'weak-secret' } };
    try {
      const asked = await requestRescue(platform, vault, await profileOf(input.userId), input);
      if (asked.ok) await enterGate(phase.name === 'locked' ? phase.reason : null);
      return asked;
    } catch (error) {
      if (isCodedError(error, 'rescue-impossible'))
        return { ok: false, error: { kind: 'rescue-impossible' } };
      if (isCodedError(error, 'device-secret-unavailable')) {
        return { ok: false, error: { kind: 'device-secret-cancelled' } };
      }
      throw error;
    }
  };

  const rescue = async (input: RescueFinish): Promise<RescueOutcome<null>> => {
    const outcome = await finishRescue(platform, vault, await profileOf(input.userId), input);
    if (!outcome.ok) return outcome;
    await beginSession(outcome.value, 'rescue', outcome.value.events);
    return { ok: true, value: null };
  };

  const enrolHere = async (input: EnrolInput): Promise<EnrolOutcome> => {
    const verdict = await judgeSecret(platform, input.secret, input.secretKind);
    if (!verdict.acceptable) return { ok: false, error: { kind: 'weak-secret' } };
    const outcome = await enrol(platform, vault, input);
    if (!outcome.ok) return outcome;
    await beginSession(outcome.value, 'enrolment', []);
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
    salvage: ({ userId, secret }) =>
      inTurn(async () => await salvageRecord(platform, vault, await profileOf(userId), secret)),
    lock,
    abandonUnsaved: () => abandonUnsaved(),
    useHere: () =>
      inTurn(async () => {
        await platform.ownership.takeOver(onLost);
        await enterGate('takeover');
        withdrawals.settle();
      }),
    requestRescue: (input) => inTurn(() => askForRescue(input)),
    async pendingRescue(userId) {
      const pending = await vault.pendingRescue(userId);
      return pending === null ? null : { id: pending.id, text: pending.text, code: pending.code };
    },
    sendRescueRequest: async (userId) => mailRescueRequest(platform, vault, await profileOf(userId)),
    fetchRescueAnswer: async (userId) => lookForAnswer(platform, vault, await profileOf(userId)),
    finishRescue: (input) => inTurn(() => rescue(input)),
    cancelRescue: (userId) =>
      inTurn(async () => {
        await cancelRescue(platform, vault, await profileOf(userId));
        await enterGate(phase.name === 'locked' ? phase.reason : null);
      }),
    judgeSecret: (secret, kind) => judgeSecret(platform, secret, kind),
    pinOffered: () => platform.deviceSecrets.offered(),
  };
}
