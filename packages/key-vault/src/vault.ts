import {
  type Clock,
  CodedError,
  type Logger,
  type Random,
  type Result,
  isCodedError,
  ok,
  randomUuid,
} from '@fieldchart/foundation';
import { NO_ATTEMPTS } from './attempts.ts';
import type { DeviceSecret } from './deviceSecret.ts';
import {
  ITERATIONS_FLOOR,
  type KeyRecordHeader,
  SALT_LENGTH,
  type SecretKind,
  encodeSound,
} from './keyRecord.ts';
import { forgetTold, keepUnopened, untoldEvents } from './keptEvents.ts';
import type { KeyRecordStore } from './keyRecordStore.ts';
import { createKeyring, wipeKeyring } from './keyring.ts';
import type { LockedEvent } from './lockedEvents.ts';
import { type Opened, type OpenProblem, openRecord, wipeNext } from './openRecord.ts';
import { finishReplacement, readSlots, replaceRecord } from './recordSlots.ts';
import {
  type FinishRescueInput,
  type PendingRescue,
  type RescueInput,
  type RescueProblem,
  type Rescued,
  cancelRescue,
  finishRescue,
  pendingRescue,
  rescueUser,
  requestRescue,
} from './rescue.ts';
import { type RescueKey, sealForRescue } from './rescueSeal.ts';
import { type UnlockedKeys, openKeys } from './unlockedKeys.ts';
import type { WebCrypto } from './webCrypto.ts';
import { checkInput, checkValue, stretch, wipeStretched, wrapKeyring } from './wrap.ts';

/** PBKDF2 iterations of new records. Older records are raised to it at their next unlock. */
export const DEFAULT_ITERATIONS = 600_000;

/** PIN or passphrase to keys, one record per user of the device. Calls on one vault run in turn. */
export interface Vault {
  /**
   * Makes a data key and a signing key, seals the data key for rescue and wraps both under the secret.
   * Throws `key-record-exists` where the user has a record, `device-secret-unavailable` where the device secret
   * does not answer, `secret-needs-device-secret` for digits alone where nothing binds them to the device.
   */
  create(input: CreateInput): Promise<UnlockedKeys>;
  unlock(input: UnlockInput): Promise<Result<Unlocked, UnlockProblem>>;
  /** What can be known of a user's record without the secret; null where no slot can be read. */
  describe(userId: string): Promise<RecordDescription | null>;
  /** Re-wraps under another secret. Killed at any moment, the old or the new secret opens, never neither. */
  change(input: ChangeInput): Promise<Result<{ readonly events: readonly LockedEvent[] }, UnlockProblem>>;
  /**
   * Keeps that the user's database did not open although the secret was right, by a stable code of letters. Durable when
   * resolved; it is among the events of the next success.
   */
  didNotOpen(userId: string, code: string): Promise<void>;
  /** What the audit chain does not tell of yet, oldest first; of wrong secrets only those before a success. */
  untold(userId: string): Promise<readonly LockedEvent[]>;
  /** The audit chain tells of these events durably: they need not be kept here any more. */
  told(userId: string, ids: readonly string[]): Promise<void>;
  /** Destroys the record; what it opened opens by rescue alone. */
  destroySecret(userId: string): Promise<void>;
  /** Destroys the user's record, attempts, sealed key and pending rescue. What they opened stays sealed for ever. */
  remove(userId: string): Promise<void>;

  /**
   * Asks for rescue under a new secret: a fresh key for the answer and a new signing key wait, wrapped under it. The
   * user's record stays as it is. A request made before is replaced. Throws as `create` does, and
   * `rescue-impossible` where nothing was sealed for rescue.
   */
  requestRescue(input: RescueInput): Promise<PendingRescue>;
  pendingRescue(userId: string): Promise<PendingRescue | null>;
  /**
   * Opens an answer with the new secret and makes it the user's. The request is kept until `cancelRescue`: killed
   * before its ticket is stored, the same call yields the same keys and ticket again.
   */
  finishRescue(input: FinishRescueInput): Promise<Result<Rescued, RescueProblem>>;
  cancelRescue(userId: string): Promise<void>;
}

export interface Unlocked {
  readonly keys: UnlockedKeys;
  /**
   * What the audit chain is to tell of, oldest first, the wrong secrets before this success included. They come again
   * at each success until {@link Vault.told}: a kill in between tells twice, under the same id, and never loses.
   */
  readonly events: readonly LockedEvent[];
}

/** The readable part of a key record. */
export type RecordDescription = Pick<
  KeyRecordHeader,
  'keyId' | 'secretKind' | 'eraseAfter' | 'deviceSecret' | 'iterations'
>;

export interface CreateInput {
  readonly userId: string;
  readonly secret: string;
  readonly secretKind: SecretKind;
  /** The organisation's policy: destroy the record after so many wrong secrets in a row, 5 to 100; null for never. */
  readonly eraseAfter: number | null;
  readonly deviceSecret: DeviceSecret;
  readonly rescueKey: RescueKey;
}

export interface UnlockInput {
  readonly userId: string;
  readonly secret: string;
  readonly deviceSecret: DeviceSecret;
}

export interface ChangeInput {
  readonly userId: string;
  readonly current: string;
  readonly next: string;
  readonly nextKind: SecretKind;
  readonly deviceSecret: DeviceSecret;
}

/**
 * `wrong-secret` and `delayed` are all that a guess can learn. The others are no attempts and are not counted:
 * `damaged` no slot can be read; `device-secret-missing` the platform no longer has it; `device-secret-changed`
 * another one answers; `cancelled` the user declined or the platform did not answer; `erased` the record was destroyed.
 */
export type UnlockProblem = OpenProblem;

export interface VaultDeps {
  readonly records: KeyRecordStore;
  readonly crypto: WebCrypto;
  readonly random: Random;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly iterations?: number;
}

/** Throws `iterations-below-floor` rather than make records that are too quick to guess. */
export function createVault(deps: VaultDeps): Vault {
  const iterations = deps.iterations ?? DEFAULT_ITERATIONS;
  if (iterations < ITERATIONS_FLOOR) {
    throw new CodedError('iterations-below-floor', `PBKDF2 takes ${ITERATIONS_FLOOR} iterations or more.`);
  }
  const vault = { ...deps, iterations };
  const inTurn = createTurns();
  return {
    create: (input) => inTurn(() => createRecord(vault, input)),
    unlock: (input) => inTurn(() => unlockRecord(vault, input)),
    change: (input) => inTurn(() => changeSecret(vault, input)),
    didNotOpen: (userId, code) => inTurn(() => keepUnopened(vault, userId, code)),
    untold: (userId) => inTurn(() => untoldEvents(vault, userId)),
    told: (userId, ids) => inTurn(() => forgetTold(vault, userId, ids)),
    describe: (userId) => inTurn(() => describeRecord(vault, userId)),
    destroySecret: (userId) => inTurn(() => deps.records.removeSecret(userId)),
    remove: (userId) =>
      inTurn(async () => {
        await deps.records.remove(rescueUser(userId));
        await deps.records.remove(userId);
      }),
    requestRescue: (input) =>
      inTurn(() =>
        requestRescue(vault, input, (pending) => createRecord(vault, { ...pending, rescueKey: null })),
      ),
    pendingRescue: (userId) => inTurn(() => pendingRescue(vault, userId)),
    finishRescue: (input) => inTurn(() => finishRescue(vault, input)),
    cancelRescue: (userId) => inTurn(() => cancelRescue(vault, userId)),
  };
}

export type VaultState = VaultDeps & { readonly iterations: number };

async function createRecord(
  vault: VaultState,
  input: Omit<CreateInput, 'rescueKey'> & { readonly rescueKey: RescueKey | null },
): Promise<UnlockedKeys> {
  const { crypto, random, records } = vault;
  const { userId, deviceSecret } = input;
  refuseUnboundPin(deviceSecret, input.secret);
  if (!(await readSlots(crypto, records, userId)).empty) {
    throw new CodedError('key-record-exists', 'This user has a key record on this device.');
  }
  const keyId = randomUuid(random);
  const secret = await stretch(crypto, input.secret, random.bytes(SALT_LENGTH), vault.iterations);
  const answers = await bindNew(crypto, deviceSecret, keyId, secret.prfInput).catch((error: unknown) => {
    wipeStretched(secret);
    throw error;
  });
  const keyring = await createKeyring(crypto, random.bytes(32));
  const record = await wrapKeyring(vault, {
    keyring,
    secret,
    bound: answers.bound,
    header: {
      userId,
      secretKind: input.secretKind,
      eraseAfter: input.eraseAfter,
      keyId,
      generation: 1,
      deviceSecret: { kind: deviceSecret.kind, id: deviceSecret.id, check: answers.check },
    },
  });
  wipeStretched(secret);
  answers.bound?.fill(0);
  const text = await encodeSound(crypto, record);
  // The rescue seal comes first: there is no moment in which the data key exists and only the secret opens it.
  if (input.rescueKey !== null) {
    await records.saveSealed(userId, await sealForRescue(keyring.dataKey, input.rescueKey, userId));
  }
  await records.saveAttempts(userId, NO_ATTEMPTS);
  await records.saveSlot(userId, 0, text);
  await records.saveSlot(userId, 1, text);
  return openKeys(crypto, keyring, keyId);
}

async function bindNew(
  crypto: WebCrypto,
  deviceSecret: DeviceSecret,
  keyId: string,
  prfInput: Uint8Array<ArrayBuffer>,
) {
  if (deviceSecret.kind === 'none') return { bound: null, check: '' };
  const answers = await deviceSecret.derive([await checkInput(crypto, keyId), prfInput]);
  const [check, bound] = answers.ok ? answers.value : [];
  if (check === undefined || bound === undefined) {
    const reason = answers.ok ? 'failed' : answers.error.kind;
    throw new CodedError('device-secret-unavailable', `The device secret did not answer: ${reason}.`);
  }
  const value = await checkValue(crypto, check);
  check.fill(0);
  return { bound, check: value };
}

async function unlockRecord(vault: VaultState, input: UnlockInput): Promise<Result<Unlocked, UnlockProblem>> {
  const opened = await openRecord(vault, {
    ...input,
    rewrap: ({ iterations }) => (iterations < vault.iterations ? input.secret : null),
  });
  if (!opened.ok) return opened;
  const { keyring, slots, record, events } = opened.value;
  try {
    if (opened.value.next === null) await finishReplacement(vault.records, input.userId, slots);
    else await rewrap(vault, opened.value, record.header.secretKind);
  } catch (error) {
    // Upkeep of the record, not the unlock: the record that just opened is whole, and the next unlock tries again.
    vault.logger.warn('key-record-upkeep-failed', { code: isCodedError(error) ? error.code : 'UNKNOWN' });
  }
  return ok({ keys: await openKeys(vault.crypto, keyring, record.header.keyId), events });
}

async function changeSecret(
  vault: VaultState,
  input: ChangeInput,
): Promise<Result<{ readonly events: readonly LockedEvent[] }, UnlockProblem>> {
  const { userId, deviceSecret } = input;
  refuseUnboundPin(deviceSecret, input.next);
  const opened = await openRecord(vault, {
    userId,
    deviceSecret,
    secret: input.current,
    rewrap: () => input.next,
    begins: 'secret-changed',
  });
  if (!opened.ok) return opened;
  try {
    await rewrap(vault, opened.value, input.nextKind);
  } finally {
    wipeKeyring(opened.value.keyring);
  }
  return ok({ events: opened.value.events });
}

async function describeRecord(vault: VaultState, userId: string): Promise<RecordDescription | null> {
  const { current } = await readSlots(vault.crypto, vault.records, userId);
  return current?.header ?? null;
}

/** One wrap of a few hundred bytes: as quick with 100,000 notes as with none. */
async function rewrap(vault: VaultState, opened: Opened, secretKind: SecretKind): Promise<void> {
  const { keyring, record, slots, next } = opened;
  if (next === null) return;
  const { userId, eraseAfter, keyId, generation, deviceSecret } = record.header;
  const wrapped = await wrapKeyring(vault, {
    keyring,
    secret: next.secret,
    bound: next.bound,
    header: { userId, secretKind, eraseAfter, keyId, generation: generation + 1, deviceSecret },
  });
  wipeNext(next);
  const text = await encodeSound(vault.crypto, wrapped);
  await replaceRecord(vault.records, { userId, slots, record: text });
}

/** A PIN that any computer can try against a copied file is no secret; 14 random digits would be the least. */
function refuseUnboundPin(deviceSecret: DeviceSecret, secret: string): void {
  if (deviceSecret.kind === 'none' && /^\d{0,13}$/u.test(secret.normalize('NFKC'))) {
    throw new CodedError(
      'secret-needs-device-secret',
      'Without a device secret a passphrase is needed, not a PIN.',
    );
  }
}

/** Runs tasks one after another: two unlocks at once would count one attempt. */
function createTurns() {
  let last: Promise<unknown> = Promise.resolve();
  return <Value>(task: () => Promise<Value>): Promise<Value> => {
    const turn = last.then(task, task);
    last = turn.catch(() => {});
    return turn;
  };
}
