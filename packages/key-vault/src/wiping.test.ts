import { webcrypto } from 'node:crypto';
import { expect, test } from 'vitest';
import { exportJWK, generateKeyPair } from 'jose';
import { createSeededRandom, silentLogger } from '@fieldchart/foundation';
import { createFakeClock } from '@fieldchart/foundation/testing';
import type { DeviceSecret } from './deviceSecret.ts';
import { answerRescue, readRequest } from './testing/answerRescue.ts';
import { createFakeDeviceSecret } from './testing/fakeDeviceSecret.ts';
import { createFakeKeyRecordStore } from './testing/fakeKeyRecordStore.ts';
import { createVault } from './vault.ts';
import type { SubtleCrypto, WebCrypto } from './webCrypto.ts';

const rescue = await generateKeyPair('ECDH-ES+A256KW', { crv: 'P-384', extractable: true });
const rescueKey = { kty: 'EC', ...(await exportJWK(rescue.publicKey)) };
const userId = 'user-1';
const pin = '739158';
const nextPin = '840261';

/** A vault whose crypto and device secret remember every secret buffer that they handed out. */
function watched() {
  const handedOut: Uint8Array[] = [];
  const remember = (buffer: ArrayBuffer) => {
    // 16 bytes are the check value, which rests on the disk in the clear.
    if (buffer.byteLength !== 16) handedOut.push(new Uint8Array(buffer));
    return buffer;
  };
  const subtle: SubtleCrypto = {
    digest: (...args) => webcrypto.subtle.digest(...args),
    importKey: (...args) => webcrypto.subtle.importKey(...args),
    async exportKey(format, key) {
      const exported = await webcrypto.subtle.exportKey(format, key as webcrypto.CryptoKey);
      return format === 'pkcs8' ? remember(exported) : exported;
    },
    generateKey: (...args) => webcrypto.subtle.generateKey(...args),
    deriveBits: async (algorithm, key, bits) =>
      remember(await webcrypto.subtle.deriveBits(algorithm, key as webcrypto.CryptoKey, bits)),
    encrypt: (algorithm, key, data) => webcrypto.subtle.encrypt(algorithm, key as webcrypto.CryptoKey, data),
    decrypt: async (algorithm, key, data) =>
      remember(await webcrypto.subtle.decrypt(algorithm, key as webcrypto.CryptoKey, data)),
    sign: (algorithm, key, data) => webcrypto.subtle.sign(algorithm, key as webcrypto.CryptoKey, data),
  };
  const crypto: WebCrypto = { subtle };
  const phone = createFakeDeviceSecret(webcrypto);
  const deviceSecret: DeviceSecret = {
    kind: 'keystore',
    id: phone.id,
    async derive(inputs) {
      const answers = await phone.derive(inputs);
      if (answers.ok) handedOut.push(...answers.value);
      return answers;
    },
  };
  const vault = (iterations = 100_000) =>
    createVault({ records, crypto, random: createSeededRandom(3), clock, logger: silentLogger, iterations });
  const records = createFakeKeyRecordStore();
  const clock = createFakeClock();
  const left = () => handedOut.filter((buffer) => buffer.some((byte) => byte !== 0)).length;
  return { vault, deviceSecret, left, handedOut };
}

test('E5: after the keys are discarded nothing that was derived, answered or decrypted is left in its buffer', async () => {
  const { vault, deviceSecret, left, handedOut } = watched();
  const terms = { userId, secretKind: 'pin', eraseAfter: null, deviceSecret, rescueKey } as const;
  const keys = await vault().create({ ...terms, secret: pin });
  keys.discard();
  expect(left()).toBe(0);

  for (const secret of ['111222', pin]) {
    const opened = await vault().unlock({ userId, secret, deviceSecret });
    if (opened.ok) opened.value.keys.discard();
    expect(left()).toBe(0);
  }
  const raised = await vault(110_000).unlock({ userId, secret: pin, deviceSecret });
  if (raised.ok) raised.value.keys.discard();
  expect(left()).toBe(0);

  const change = { userId, next: nextPin, nextKind: 'pin', deviceSecret } as const;
  expect(await vault().change({ ...change, current: '111222' })).toMatchObject({ ok: false });
  expect(await vault().change({ ...change, current: pin })).toMatchObject({ ok: true });
  expect(left()).toBe(0);
  expect(handedOut.length).toBeGreaterThan(20);
});

test('E5: nor after a rescue', async () => {
  const { vault, deviceSecret, left } = watched();
  const terms = { userId, secretKind: 'pin', eraseAfter: null, deviceSecret, rescueKey } as const;
  (await vault().create({ ...terms, secret: pin })).discard();
  const pending = await vault().requestRescue({
    userId,
    secret: nextPin,
    secretKind: 'pin',
    deviceSecret,
    organization: 'o',
    practitioner: 'p',
    device: 'd',
  });
  const answer = await answerRescue(readRequest(pending.text), rescue.privateKey);
  for (const accepted of [false, true]) {
    const rescued = await vault().finishRescue({
      userId,
      secret: nextPin,
      deviceSecret,
      answer,
      accepts: () => Promise.resolve(accepted ? { eraseAfter: null } : null),
    });
    if (rescued.ok) rescued.value.keys.discard();
    expect(rescued.ok).toBe(accepted);
    expect(left()).toBe(0);
  }
});
