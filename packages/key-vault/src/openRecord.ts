import {
  type Bytes,
  type Clock,
  type Random,
  type Result,
  fail,
  ok,
  randomUuid,
} from '@fieldchart/foundation';
import {
  type Attempts,
  attemptsLeft,
  closeRun,
  countAttempt,
  delayAfter,
  readAttempts,
  tell,
  waitFor,
} from './attempts.ts';
import type { DeviceSecret } from './deviceSecret.ts';
import { type KeyRecord, type KeyRecordHeader, SALT_LENGTH } from './keyRecord.ts';
import type { KeyRecordStore } from './keyRecordStore.ts';
import type { Keyring } from './keyring.ts';
import type { LockedEvent } from './lockedEvents.ts';
import { type RecordSlots, readSlots } from './recordSlots.ts';
import type { WebCrypto } from './webCrypto.ts';
import {
  type Stretched,
  checkInput,
  checkValue,
  stretch,
  stretchFor,
  unwrapKeyring,
  wipeStretched,
} from './wrap.ts';

export type OpenProblem =
  | {
      readonly kind: 'wrong-secret';
      readonly delayMs: number;
      /** Null where the organisation's policy never destroys the record. */
      readonly attemptsLeft: number | null;
    }
  | { readonly kind: 'delayed'; readonly untilMs: number }
  /** `erased`: the record was destroyed, by policy or on purpose; only rescue opens what it opened. */
  | { readonly kind: 'damaged' | 'erased' }
  | { readonly kind: 'device-secret-missing' | 'device-secret-changed' | 'cancelled' };

/** An opened record, and what it takes to wrap it anew where that was asked for. */
export interface Opened {
  readonly keyring: Keyring;
  readonly record: KeyRecord;
  readonly slots: RecordSlots;
  readonly next: { readonly secret: Stretched; readonly bound: Bytes | null } | null;
  /** What the audit chain does not tell of yet, the wrong secrets before this success included. */
  readonly events: readonly LockedEvent[];
}

interface OpenInput {
  readonly userId: string;
  readonly secret: string;
  readonly deviceSecret: DeviceSecret;
  /** The secret to wrap anew under, or null to leave the record as it is. */
  readonly rewrap: (header: KeyRecordHeader) => string | null;
  /** Success begins something that the audit chain must tell of: kept before it is done. */
  readonly begins?: LockedEvent['kind'];
}

interface OpenDeps {
  readonly records: KeyRecordStore;
  readonly crypto: WebCrypto;
  readonly random: Random;
  readonly clock: Clock;
  readonly iterations: number;
}

/**
 * Opens a user's record:
 * 1. choose the slot; damage ends here, uncounted
 * 2. wait out the delay
 * 3. count the attempt, durably, before anything is derived from the secret
 * 4. derive, in one gesture of the user, all that is needed of the device secret
 * 5. decrypt; success sets the counter back, and keeps what it counted for the audit chain to tell of
 * 6. the last attempt that the organisation's policy allows destroys the record
 */
export async function openRecord(deps: OpenDeps, input: OpenInput): Promise<Result<Opened, OpenProblem>> {
  const { records, crypto } = deps;
  const { userId, deviceSecret } = input;
  const slots = await readSlots(crypto, records, userId);
  const record = slots.current;
  if (record === null) {
    const erased = slots.empty && (await records.loadSealed(userId)) !== null;
    return fail({ kind: erased ? 'erased' : 'damaged' });
  }
  if (!namesSame(record.header, deviceSecret)) return fail({ kind: 'device-secret-changed' });

  const before = readAttempts(await records.loadAttempts(userId));
  const { eraseAfter } = record.header;
  if (attemptsLeft(before.count, eraseAfter) === 0) return await eraseRecord(records, userId, before);
  const wait = waitFor(before, deps.clock.now());
  if (wait !== null) {
    if (wait.restart !== null) await records.saveAttempts(userId, wait.restart);
    return fail({ kind: 'delayed', untilMs: wait.untilMs });
  }
  const counted = countAttempt(before, deps.clock.now());
  await records.saveAttempts(userId, counted);

  const tried = await tryRecord(deps, input, record);
  switch (tried.kind) {
    case 'opened': {
      const now = deps.clock.now();
      const begun: LockedEvent[] =
        input.begins === undefined
          ? []
          : [{ kind: input.begins, id: randomUuid(deps.random), count: 1, first: now, at: now }];
      const after = tell(closeRun(before, randomUuid(deps.random)), begun);
      await records.saveAttempts(userId, after);
      return ok({ keyring: tried.keyring, record, slots, next: tried.next, events: after.events ?? [] });
    }
    case 'wrong': {
      const left = attemptsLeft(counted.count, eraseAfter);
      if (left === 0) return await eraseRecord(records, userId, counted);
      return fail({ kind: 'wrong-secret', delayMs: delayAfter(counted.count), attemptsLeft: left });
    }
    case 'damaged':
    case 'device-secret-missing':
    case 'device-secret-changed':
    case 'cancelled':
      // Nothing was learnt about the secret, so nothing is counted.
      await records.saveAttempts(userId, before);
      return fail({ kind: tried.kind });
  }
}

/** The policy's last attempt failed, now or before a kill. What is sealed for rescue stays. */
async function eraseRecord(
  records: KeyRecordStore,
  userId: string,
  attempts: Attempts,
): Promise<Result<never, OpenProblem>> {
  await records.saveAttempts(userId, { ...attempts, erased: true });
  await records.removeSecret(userId);
  return fail({ kind: 'erased' });
}

type Tried =
  | { readonly kind: 'opened'; readonly keyring: Keyring; readonly next: Opened['next'] }
  | { readonly kind: 'wrong' | 'damaged' | 'device-secret-missing' | 'device-secret-changed' | 'cancelled' };

async function tryRecord(deps: OpenDeps, input: OpenInput, record: KeyRecord): Promise<Tried> {
  const { crypto, random } = deps;
  const { header } = record;
  const secret = await stretchFor(crypto, input.secret, header);
  const nextSecret = input.rewrap(header);
  const iterations = Math.max(deps.iterations, header.iterations);
  const next =
    nextSecret === null ? null : await stretch(crypto, nextSecret, random.bytes(SALT_LENGTH), iterations);
  const answers: Bytes[] = [];
  try {
    const tried = await openWith({ crypto, input, record, secret, next, answers });
    if (tried.kind !== 'opened' || tried.next === null) {
      if (next !== null) wipeStretched(next);
      answers[1]?.fill(0);
    }
    return tried;
  } finally {
    wipeStretched(secret);
    answers[0]?.fill(0);
  }
}

/** `answers` is filled with what the device secret said, for the caller to wipe. */
async function openWith(trial: {
  readonly crypto: WebCrypto;
  readonly input: OpenInput;
  readonly record: KeyRecord;
  readonly secret: Stretched;
  readonly next: Stretched | null;
  readonly answers: Bytes[];
}): Promise<Tried> {
  const { crypto, input, record, secret, next } = trial;
  const { header } = record;
  if (input.deviceSecret.kind === 'none') {
    const keyring = await unwrapKeyring(crypto, record, secret, null);
    if (typeof keyring === 'string') return { kind: keyring };
    return { kind: 'opened', keyring, next: next && { secret: next, bound: null } };
  }

  // A gesture gives two answers. The check of the device secret takes one of them, unless a new wrap needs it;
  // then the check is asked for only if the record does not open.
  const check = await checkInput(crypto, header.keyId);
  const answers = await input.deviceSecret.derive([secret.prfInput, next?.prfInput ?? check]);
  if (!answers.ok) return { kind: answers.error.kind === 'missing' ? 'device-secret-missing' : 'cancelled' };
  trial.answers.push(...answers.value);
  const [bound, second] = answers.value;
  if (bound === undefined || second === undefined) return { kind: 'cancelled' };
  if (next === null && (await checkValue(crypto, second)) !== header.deviceSecret.check) {
    return { kind: 'device-secret-changed' };
  }
  const keyring = await unwrapKeyring(crypto, record, secret, bound);
  if (typeof keyring !== 'string') {
    return { kind: 'opened', keyring, next: next && { secret: next, bound: second } };
  }
  if (next === null || keyring === 'damaged') return { kind: keyring };
  return { kind: await whyNotOpened(crypto, input.deviceSecret, header, check) };
}

/** Fills with zeros what a new wrap was made with. */
export function wipeNext(next: Opened['next']): void {
  if (next === null) return;
  wipeStretched(next.secret);
  next.bound?.fill(0);
}

/** The record did not open and the device secret was not checked yet: a wrong secret, or another device secret? */
async function whyNotOpened(
  crypto: WebCrypto,
  deviceSecret: DeviceSecret,
  header: KeyRecordHeader,
  check: Bytes,
): Promise<'wrong' | 'device-secret-missing' | 'device-secret-changed'> {
  const answers = await deviceSecret.derive([check]);
  // Whoever declines this question has seen that nothing opened: it stays an attempt.
  if (!answers.ok) return answers.error.kind === 'missing' ? 'device-secret-missing' : 'wrong';
  const [answer] = answers.value;
  if (answer === undefined) return 'wrong';
  const value = await checkValue(crypto, answer);
  answer.fill(0);
  return value === header.deviceSecret.check ? 'wrong' : 'device-secret-changed';
}

function namesSame(header: KeyRecordHeader, deviceSecret: DeviceSecret): boolean {
  return header.deviceSecret.kind === deviceSecret.kind && header.deviceSecret.id === deviceSecret.id;
}
