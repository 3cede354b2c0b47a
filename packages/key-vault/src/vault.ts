import { type Clock, CodedError, type Random, type Result, ok, randomUuid } from '@fieldchart/foundation';
import type { DeviceSecret } from './deviceSecret.ts';
import { ITERATIONS_FLOOR, SALT_LENGTH, encodeKeyRecord } from './keyRecord.ts';
import type { KeyRecordStore } from './keyRecordStore.ts';
import { createKeyring, wipeKeyring } from './keyring.ts';
import { type Opened, type OpenProblem, openRecord } from './openRecord.ts';
import { finishReplacement, readSlots, replaceRecord } from './recordSlots.ts';
import { type RescueKey, sealForRescue } from './rescueSeal.ts';
import { type UnlockedKeys, openKeys } from './unlockedKeys.ts';
import type { WebCrypto } from './webCrypto.ts';
import { checkInput, checkValue, stretch, wrapKeyring } from './wrap.ts';

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
  unlock(input: UnlockInput): Promise<Result<UnlockedKeys, UnlockProblem>>;
  /** Re-wraps under another secret. Killed at any moment, the old or the new secret opens, never neither. */
  change(input: ChangeInput): Promise<Result<null, UnlockProblem>>;
  /** Destroys the user's record, attempts and sealed key. What they opened stays sealed for ever. */
  remove(userId: string): Promise<void>;
}

export interface CreateInput {
  readonly userId: string;
  readonly secret: string;
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
  readonly deviceSecret: DeviceSecret;
}

/**
 * `wrong-secret` and `delayed` are all that a guess can learn. The others are no attempts and are not counted:
 * `damaged` no slot can be read; `device-secret-missing` the platform no longer has it; `device-secret-changed`
 * another one answers; `cancelled` the user declined or the platform did not answer.
 */
export type UnlockProblem = OpenProblem;

interface VaultDeps {
  readonly records: KeyRecordStore;
  readonly crypto: WebCrypto;
  readonly random: Random;
  readonly clock: Clock;
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
    remove: (userId) => inTurn(() => deps.records.remove(userId)),
  };
}

type VaultState = VaultDeps & { readonly iterations: number };

async function createRecord(vault: VaultState, input: CreateInput): Promise<UnlockedKeys> {
  const { crypto, random, records } = vault;
  const { userId, deviceSecret } = input;
  refuseUnboundPin(deviceSecret, input.secret);
  if (!(await readSlots(crypto, records, userId)).empty) {
    throw new CodedError('key-record-exists', 'This user has a key record on this device.');
  }
  const keyId = randomUuid(random);
  const secret = await stretch(crypto, input.secret, random.bytes(SALT_LENGTH), vault.iterations);
  const answers = await bindNew(crypto, deviceSecret, keyId, secret.prfInput);
  const keyring = await createKeyring(crypto, random.bytes(32));
  const record = await wrapKeyring(vault, {
    keyring,
    secret,
    bound: answers.bound,
    header: {
      userId,
      keyId,
      generation: 1,
      deviceSecret: { kind: deviceSecret.kind, id: deviceSecret.id, check: answers.check },
    },
  });
  const text = await encodeKeyRecord(crypto, record);
  // The rescue seal comes first: there is no moment in which the data key exists and only the secret opens it.
  await records.saveSealed(userId, await sealForRescue(keyring.dataKey, input.rescueKey, userId));
  await records.saveAttempts(userId, { count: 0, at: 0 });
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
  return { bound, check: await checkValue(crypto, check) };
}

async function unlockRecord(
  vault: VaultState,
  input: UnlockInput,
): Promise<Result<UnlockedKeys, UnlockProblem>> {
  const opened = await openRecord(vault, {
    ...input,
    rewrap: ({ iterations }) => (iterations < vault.iterations ? input.secret : null),
  });
  if (!opened.ok) return opened;
  const { keyring, slots, record } = opened.value;
  try {
    if (opened.value.next === null) await finishReplacement(vault.records, input.userId, slots);
    else await rewrap(vault, opened.value);
  } catch {
    // Upkeep of the record, not the unlock: the record that just opened is whole, and the next unlock tries again.
  }
  return ok(await openKeys(vault.crypto, keyring, record.header.keyId));
}

async function changeSecret(vault: VaultState, input: ChangeInput): Promise<Result<null, UnlockProblem>> {
  const { userId, deviceSecret } = input;
  refuseUnboundPin(deviceSecret, input.next);
  const opened = await openRecord(vault, {
    userId,
    deviceSecret,
    secret: input.current,
    rewrap: () => input.next,
  });
  if (!opened.ok) return opened;
  try {
    await rewrap(vault, opened.value);
  } finally {
    wipeKeyring(opened.value.keyring);
  }
  return ok(null);
}

/** One wrap of a few hundred bytes: as quick with 100,000 notes as with none. */
async function rewrap(vault: VaultState, opened: Opened): Promise<void> {
  const { keyring, record, slots, next } = opened;
  if (next === null) return;
  const { userId, keyId, generation, deviceSecret } = record.header;
  const wrapped = await wrapKeyring(vault, {
    keyring,
    secret: next.secret,
    bound: next.bound,
    header: { userId, keyId, generation: generation + 1, deviceSecret },
  });
  const text = await encodeKeyRecord(vault.crypto, wrapped);
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
