import { CompactEncrypt, compactDecrypt, exportJWK, generateKeyPair, importJWK } from 'jose';
import {
  type Bytes,
  CodedError,
  type Result,
  base64UrlEncode,
  fail,
  ok,
  randomUuid,
  toCarriedText,
  utf8Decode,
  utf8Encode,
} from '@fieldchart/foundation';
import { closeRun, readAttempts, tell } from './attempts.ts';
import type { DeviceSecret } from './deviceSecret.ts';
import { type SecretKind, encodeSound } from './keyRecord.ts';
import { wipeKeyring } from './keyring.ts';
import type { LockedEvent } from './lockedEvents.ts';
import { type Opened, type OpenProblem, openRecord, wipeNext } from './openRecord.ts';
import { hashText, sha256 } from './primitives.ts';
import { readSlots, replaceRecord } from './recordSlots.ts';
import {
  type AgreementKey,
  type RescueAnswer,
  type RescueAnswerProblem,
  readRescueAnswer,
} from './rescueAnswer.ts';
import { isObject } from './ticketClaims.ts';
import { type UnlockedKeys, openKeys } from './unlockedKeys.ts';
import type { CreateInput, VaultState } from './vault.ts';
import { wrapKeyring } from './wrap.ts';

// A pending rescue is a key record of its own, under a user id that no user has: its "data key" seals the private half
// of the key that the answer is for, and its signing key becomes the user's. So the new secret is proved, counted and
// delayed like any other, and nothing readable waits on the disk (E1).

export interface RescueInput {
  readonly userId: string;
  /** The new secret. */
  readonly secret: string;
  readonly secretKind: SecretKind;
  readonly deviceSecret: DeviceSecret;
  /** Ids of organisation and practitioner, for the administrator to find them by. */
  readonly organization: string;
  readonly practitioner: string;
  /** Id of the signing key that cannot be opened any more. */
  readonly device: string;
}

export interface PendingRescue {
  readonly id: string;
  /** To be shown, scanned, pasted, sent. */
  readonly text: string;
  /** `XXXX-XXXX`: read out to the administrator, who sees the same if the request arrived unchanged. */
  readonly code: string;
  /** Signs once the rescue is finished. */
  readonly keyId: string;
  /** An answer was accepted: finishing is all that is left. */
  readonly answered: boolean;
}

export interface FinishRescueInput {
  readonly userId: string;
  readonly secret: string;
  readonly deviceSecret: DeviceSecret;
  /** The answer's text; null for the one that was accepted before a kill. */
  readonly answer: string | null;
  /**
   * What goes into the new record of the answer's ticket; null unless the data key opens the database and the ticket is
   * the organisation's. Asked before anything changes. `eraseAfter`: the organisation's policy, as the ticket tells it.
   */
  readonly accepts: (answer: {
    readonly dataKey: Bytes;
    readonly ticket: string;
  }) => Promise<{ readonly eraseAfter: number | null } | null>;
}

export interface Rescued {
  readonly keys: UnlockedKeys;
  /** JWT that registers the new signing key. */
  readonly ticket: string;
  /** As of an unlock; the rescue itself and the wrong secrets on both records are among them. */
  readonly events: readonly LockedEvent[];
}

/** `not-accepted`: it opened, but its key or ticket is not ours. `no-request`: none is pending. */
export type RescueProblem =
  OpenProblem | { readonly kind: RescueAnswerProblem | 'not-accepted' | 'no-request' };

interface Waiting {
  readonly id: string;
  readonly text: string;
  readonly keyId: string;
  /** Private JWK of the agreement key, compact JWE under the pending record's data key. */
  readonly agreement: string;
  readonly answer: string | null;
}

/** The id under which a user's pending rescue rests. */
export const rescueUser = (userId: string) => `rescue of ${userId}`;

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

export async function requestRescue(
  vault: VaultState,
  input: RescueInput,
  createRecord: (input: Omit<CreateInput, 'rescueKey'>) => Promise<UnlockedKeys>,
): Promise<PendingRescue> {
  const { records, crypto, random, clock } = vault;
  const sealed = await records.loadSealed(input.userId);
  if (sealed === null || sealed === '') {
    throw new CodedError('rescue-impossible', 'Nothing was sealed for rescue on this device.');
  }
  const user = rescueUser(input.userId);
  const id = randomUuid(random);
  const now = clock.now();
  // Before anything else: a request that nobody is told of must not exist.
  await keepEvents(vault, input.userId, [{ kind: 'rescue-requested', id, count: 1, first: now, at: now }]);
  await records.remove(user);
  const { secret, secretKind, deviceSecret } = input;
  const keys = await createRecord({
    userId: user,
    secret,
    secretKind,
    deviceSecret,
    eraseAfter: null,
  });
  const pair = await generateKeyPair('ECDH-ES+A256KW', { crv: 'P-384', extractable: true });
  const { x, y } = await exportJWK(pair.publicKey);
  const { crv, kty, x: signingX, y: signingY } = keys.publicJwk;
  const payload = JSON.stringify({
    id,
    organization: input.organization,
    practitioner: input.practitioner,
    device: input.device,
    sealed,
    agreement_key: { kty: 'EC', crv: 'P-384', x, y },
    device_id: keys.keyId,
    signing_key: { kty, crv, x: signingX, y: signingY },
    iat: Math.floor(clock.now() / 1000),
  });
  const text = await toCarriedText('rescueRequest', base64UrlEncode(utf8Encode(payload)), hashText(crypto));
  const agreement = await new CompactEncrypt(utf8Encode(JSON.stringify(await exportJWK(pair.privateKey))))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .encrypt(keys.dataKey);
  const waiting: Waiting = { id, text, keyId: keys.keyId, agreement, answer: null };
  // The request exists from this write on: without it the pending record is a leftover that the next request removes.
  await records.saveSealed(user, JSON.stringify(waiting));
  keys.discard();
  return toPending(vault, waiting);
}

export async function pendingRescue(vault: VaultState, userId: string): Promise<PendingRescue | null> {
  const waiting = await loadWaiting(vault, userId);
  return waiting === null ? null : toPending(vault, waiting);
}

/** Removes a request; what the user's own record opens stays as it is. */
export async function cancelRescue(vault: VaultState, userId: string): Promise<void> {
  await keepEvents(vault, userId, []);
  await vault.records.remove(rescueUser(userId));
}

/** Adds events to a user's own, and those of their pending rescue, which is about to go. */
async function keepEvents(
  { records, random }: VaultState,
  userId: string,
  added: readonly LockedEvent[],
): Promise<void> {
  const waiting = readAttempts(await records.loadAttempts(rescueUser(userId)));
  const events = [...(closeRun(waiting, randomUuid(random)).events ?? []), ...added];
  if (events.length === 0) return;
  await records.saveAttempts(userId, tell(readAttempts(await records.loadAttempts(userId)), events));
}

export async function finishRescue(
  vault: VaultState,
  input: FinishRescueInput,
): Promise<Result<Rescued, RescueProblem>> {
  const { crypto } = vault;
  const waiting = await loadWaiting(vault, input.userId);
  const text = input.answer ?? waiting?.answer ?? null;
  if (waiting === null || text === null) return fail({ kind: 'no-request' });
  const opened = await openRecord(vault, {
    userId: rescueUser(input.userId),
    secret: input.secret,
    deviceSecret: input.deviceSecret,
    rewrap: () => input.secret,
  });
  if (!opened.ok) return opened;
  const { keyring } = opened.value;
  try {
    const agreementKey = await openAgreementKey(waiting.agreement, keyring.dataKey);
    if (agreementKey === null) return fail({ kind: 'damaged' });
    const answer = await readRescueAnswer({ crypto, text, request: waiting.id, agreementKey });
    if (!answer.ok) return answer;
    const terms = await input.accepts(answer.value);
    if (terms === null) {
      answer.value.dataKey.fill(0);
      return fail({ kind: 'not-accepted' });
    }
    await vault.records.saveSealed(rescueUser(input.userId), JSON.stringify({ ...waiting, answer: text }));
    const events = await adopt(vault, input.userId, {
      id: waiting.id,
      opened: opened.value,
      answer: answer.value,
      ...terms,
    });
    const own = { ...keyring, dataKey: answer.value.dataKey };
    return ok({
      keys: await openKeys(crypto, own, opened.value.record.header.keyId),
      ticket: answer.value.ticket,
      events,
    });
  } finally {
    wipeKeyring(keyring);
    wipeNext(opened.value.next);
  }
}

/** Makes the pending record the user's own, with the data key that came back. Returns what is to be told. */
async function adopt(
  vault: VaultState,
  userId: string,
  rescue: {
    readonly id: string;
    readonly opened: Opened;
    readonly answer: RescueAnswer;
    readonly eraseAfter: number | null;
  },
): Promise<readonly LockedEvent[]> {
  const { crypto, records } = vault;
  const { keyring, record, next } = rescue.opened;
  if (next === null) throw new CodedError('rescue-not-wrapped', 'The pending record was not stretched anew.');
  const slots = await readSlots(crypto, records, userId);
  const { secretKind, keyId, deviceSecret } = record.header;
  const wrapped = await wrapKeyring(vault, {
    keyring: { ...keyring, dataKey: rescue.answer.dataKey },
    secret: next.secret,
    bound: next.bound,
    header: {
      userId,
      secretKind,
      eraseAfter: rescue.eraseAfter,
      keyId,
      generation: (slots.current?.header.generation ?? 0) + 1,
      deviceSecret,
    },
  });
  wipeNext(next);
  const text = await encodeSound(crypto, wrapped);
  await replaceRecord(records, { userId, slots, record: text });
  const now = vault.clock.now();
  const own = closeRun(readAttempts(await records.loadAttempts(userId)), randomUuid(vault.random));
  const rescued: LockedEvent = { kind: 'rescued', id: `rescued ${rescue.id}`, count: 1, first: now, at: now };
  const after = tell(own, [...rescue.opened.events, rescued]);
  await records.saveAttempts(userId, after);
  return after.events ?? [];
}

async function openAgreementKey(jwe: string, waitingKey: Bytes): Promise<AgreementKey | null> {
  try {
    const { plaintext } = await compactDecrypt(jwe, waitingKey, {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
    const key = await importJWK(JSON.parse(utf8Decode(plaintext)), 'ECDH-ES+A256KW');
    return key instanceof Uint8Array ? null : key;
  } catch {
    return null;
  }
}

async function loadWaiting(vault: VaultState, userId: string): Promise<Waiting | null> {
  const stored = await vault.records.loadSealed(rescueUser(userId));
  if (stored === null) return null;
  try {
    const value: unknown = JSON.parse(stored);
    return isWaiting(value) ? value : null;
  } catch {
    return null;
  }
}

function isWaiting(value: unknown): value is Waiting {
  return (
    isObject(value) &&
    ['id', 'text', 'keyId', 'agreement'].every((name) => typeof value[name] === 'string') &&
    (value['answer'] === null || typeof value['answer'] === 'string')
  );
}

async function toPending(vault: VaultState, waiting: Waiting): Promise<PendingRescue> {
  const { id, text, keyId, answer } = waiting;
  return { id, text, keyId, answered: answer !== null, code: await comparisonCode(vault, text) };
}

/** The first 40 bits of the text's SHA-256, in Crockford's base32. */
async function comparisonCode(vault: VaultState, text: string): Promise<string> {
  const digest = await sha256(vault.crypto, utf8Encode(text));
  let bits = digest.slice(0, 5).reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
  let code = '';
  for (let at = 0; at < 8; at += 1) {
    code = `${crockford.charAt(Number(bits & 31n))}${code}`;
    bits >>= 5n;
  }
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}
