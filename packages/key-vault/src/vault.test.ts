import { webcrypto } from 'node:crypto';
import { expect, test } from 'vitest';
import { compactDecrypt, compactVerify, exportJWK, generateKeyPair, importJWK, jwtVerify } from 'jose';
import {
  base64UrlEncode,
  createSeededRandom,
  hexEncode,
  utf8Decode,
  utf8Encode,
} from '@fieldchart/foundation';
import { silentLogger } from '@fieldchart/foundation';
import { createFakeClock } from '@fieldchart/foundation/testing';
import { noDeviceSecret } from './deviceSecret.ts';
import { createFakeDeviceSecret } from './testing/fakeDeviceSecret.ts';
import { type FakeKeyRecordStore, createFakeKeyRecordStore } from './testing/fakeKeyRecordStore.ts';
import type { UnlockedKeys } from './unlockedKeys.ts';
import { createVault } from './vault.ts';
import type { WebCrypto } from './webCrypto.ts';

const crypto: WebCrypto = webcrypto;
const rescue = await generateKeyPair('ECDH-ES+A256KW', { crv: 'P-384', extractable: true });
const publicRescue = await exportJWK(rescue.publicKey);
const rescueKey = { kty: 'EC', ...publicRescue };
const userId = 'practitioner-1';
const terms = { secretKind: 'pin', eraseAfter: null } as const;
const pin = '739158';
const nextPin = '840261';

async function enrolled(options: { readonly passphrase?: string } = {}) {
  const records = createFakeKeyRecordStore();
  const clock = createFakeClock();
  const random = createSeededRandom(7);
  const phone = createFakeDeviceSecret(crypto);
  const deviceSecret = options.passphrase === undefined ? phone : noDeviceSecret;
  const open = (store: FakeKeyRecordStore = records, iterations = 100_000) =>
    createVault({ logger: silentLogger, records: store, crypto, random, clock, iterations });
  const secret = options.passphrase ?? pin;
  const keys = await open().create({ ...terms, userId, secret, deviceSecret, rescueKey });
  const unlock = (tried: string, store = records, iterations?: number) =>
    open(store, iterations).unlock({ userId, secret: tried, deviceSecret });
  return { records, clock, phone, deviceSecret, open, keys, unlock };
}

function keysOf(outcome: { ok: boolean; value?: { readonly keys: UnlockedKeys } }): UnlockedKeys {
  if (outcome.value === undefined) throw new Error('did not open');
  return outcome.value.keys;
}

test('E4: the right PIN yields the same keys after a restart, a wrong one nothing but a higher count', async () => {
  const { records, keys, unlock } = await enrolled();
  const dataKey = hexEncode(keys.dataKey);
  const before = await records.load(userId);

  expect(await unlock('000001', records.restart())).toEqual({
    ok: false,
    error: { kind: 'wrong-secret', delayMs: 0, attemptsLeft: null },
  });
  expect(await records.load(userId)).toEqual(before);
  expect((await records.loadAttempts(userId))?.count).toBe(1);

  const opened = keysOf(await unlock(pin, records.restart()));
  expect(hexEncode(opened.dataKey)).toBe(dataKey);
  expect(opened.publicJwk).toEqual(keys.publicJwk);
  expect((await records.loadAttempts(userId))?.count).toBe(0);
});

test('E1: what rests on the disk holds no key and no PIN, in any encoding', async () => {
  const { records, keys, phone } = await enrolled();
  const image = records.image();
  const forbidden = [keys.dataKey, utf8Encode(pin), phone.key];
  for (const secret of forbidden) {
    expect(image).not.toContain(hexEncode(secret));
    expect(image).not.toContain(base64UrlEncode(secret).slice(0, -1));
  }
  expect(image).not.toContain(pin);
  expect(image).toContain(userId);
});

test('E1: the PIN cannot be checked against a copied disk without the device secret', async () => {
  const { records, open } = await enrolled();
  const thief = createFakeDeviceSecret(crypto, 'another phone');
  for (const tried of [pin, '000001']) {
    const outcome = await open(records.restart()).unlock({ userId, secret: tried, deviceSecret: thief });
    expect(outcome).toEqual({ ok: false, error: { kind: 'device-secret-changed' } });
  }
});

test('E3: two users of one device have different keys, and one PIN opens nothing of the other', async () => {
  const { records, open, keys, deviceSecret } = await enrolled();
  const other = await open().create({
    ...terms,
    userId: 'practitioner-2',
    secret: nextPin,
    deviceSecret,
    rescueKey,
  });
  expect(hexEncode(other.dataKey)).not.toBe(hexEncode(keys.dataKey));
  const crossed = await open().unlock({ userId: 'practitioner-2', secret: pin, deviceSecret });
  expect(crossed).toMatchObject({ ok: false, error: { kind: 'wrong-secret' } });

  const { slots } = await records.load(userId);
  await records.saveSlot('practitioner-2', 0, slots[0] ?? '');
  await records.saveSlot('practitioner-2', 1, slots[0] ?? '');
  const swapped = await open().unlock({ userId: 'practitioner-2', secret: pin, deviceSecret });
  expect(swapped).toEqual({ ok: false, error: { kind: 'damaged' } });
});

test('E5: discarded keys are zeros and sign nothing more', async () => {
  const { keys } = await enrolled();
  keys.discard();
  expect(keys.dataKey.every((byte) => byte === 0)).toBe(true);
  await expect(keys.sign(utf8Encode('note'))).rejects.toMatchObject({ code: 'keys-discarded' });
});

test('signatures are detached ES384 and tokens are JWTs, both under the key id', async () => {
  const { keys } = await enrolled();
  const publicKey = await importJWK({ ...keys.publicJwk }, 'ES384');
  const payload = utf8Encode('[{"resourceType":"Composition"}]');
  const [header, body, signature] = (await keys.sign(payload)).split('.');
  expect(body).toBe('');
  const verified = await compactVerify(`${header}.${base64UrlEncode(payload)}.${signature}`, publicKey);
  expect(verified.protectedHeader).toEqual({ alg: 'ES384', kid: keys.keyId });
  const jwt = await jwtVerify(await keys.signJwt({ iss: keys.keyId }), publicKey);
  expect(jwt.payload.iss).toBe(keys.keyId);
});

test('the data key is sealed for rescue before any record exists, and opens with the rescue key alone', async () => {
  const { records, keys } = await enrolled();
  expect(records.writes[0]).toBe('sealed');
  const opened = await compactDecrypt((await records.loadSealed(userId)) ?? '', rescue.privateKey);
  expect(hexEncode(opened.plaintext)).toBe(hexEncode(keys.dataKey));
});

test('an enrolled user is never written over', async () => {
  const { open, deviceSecret } = await enrolled();
  const again = open().create({ ...terms, userId, secret: nextPin, deviceSecret, rescueKey });
  await expect(again).rejects.toMatchObject({ code: 'key-record-exists' });
});

test('a PIN with no device secret is refused; a passphrase opens, however its letters are composed', async () => {
  const composed = 'caf\u00e9 au lait under the lindens';
  const { open, unlock } = await enrolled({ passphrase: composed });
  expect((await unlock(composed.normalize('NFD'))).ok).toBe(true);
  const bare = open().create({
    ...terms,
    userId: 'other',
    secret: pin,
    deviceSecret: noDeviceSecret,
    rescueKey,
  });
  await expect(bare).rejects.toMatchObject({ code: 'secret-needs-device-secret' });
});

test('fewer iterations than the floor are refused', () => {
  const deps = { records: createFakeKeyRecordStore(), crypto, random: createSeededRandom(1) };
  expect(() =>
    createVault({ logger: silentLogger, ...deps, clock: createFakeClock(), iterations: 99_999 }),
  ).toThrow(/100000/u);
});

test('a higher default of iterations is taken over silently at the next unlock, in one gesture', async () => {
  const { records, unlock, phone } = await enrolled();
  const before = phone.gestures.length;
  expect((await unlock(pin, records, 110_000)).ok).toBe(true);
  expect(phone.gestures.slice(before)).toEqual([2]);
  const { slots } = await records.load(userId);
  const header = JSON.parse(utf8Decode(Buffer.from(slots[0]?.split('.')[1] ?? '', 'base64url')));
  expect(header).toMatchObject({ iterations: 110_000, generation: 2 });
  expect(slots[1]).toBe(slots[0]);
  expect((await unlock(pin, records, 110_000)).ok).toBe(true);
  expect(await unlock('000001', records, 120_000)).toMatchObject({ error: { kind: 'wrong-secret' } });
});

test('E4: a lost, changed or declined device secret is said so and never counted', async () => {
  const { records, unlock, phone } = await enrolled();
  for (const [problem, kind] of [
    ['missing', 'device-secret-missing'],
    ['cancelled', 'cancelled'],
    ['failed', 'cancelled'],
  ] as const) {
    phone.problem = problem;
    for (const tried of [pin, '000001']) {
      expect(await unlock(tried)).toEqual({ ok: false, error: { kind } });
    }
  }
  expect(await records.loadAttempts(userId)).toEqual({ count: 0, at: 0, first: 0 });
});
