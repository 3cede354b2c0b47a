import { webcrypto } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import { createSeededRandom, silentLogger } from '@fieldchart/foundation';
import { createFakeClock } from '@fieldchart/foundation/testing';
import { createVault } from '../vault.ts';
import { createFakeDeviceSecret } from './fakeDeviceSecret.ts';
import { type FakeKeyRecordStore, createFakeKeyRecordStore } from './fakeKeyRecordStore.ts';

const rescuePair = await generateKeyPair('ECDH-ES+A256KW', { crv: 'P-384', extractable: true });
const rescueKey = { kty: 'EC', ...(await exportJWK(rescuePair.publicKey)) };

/** A clinician with a PIN on a phone, an organisation with a rescue key. */
export async function createRescueDesk(options: { readonly eraseAfter?: number | null } = {}) {
  const records = createFakeKeyRecordStore();
  const clock = createFakeClock();
  const random = createSeededRandom(11);
  const deviceSecret = createFakeDeviceSecret(webcrypto);
  const vaultOver = (store: FakeKeyRecordStore) =>
    createVault({
      logger: silentLogger,
      records: store,
      crypto: webcrypto,
      random,
      clock,
      iterations: 100_000,
    });
  const userId = 'user-1';
  const oldPin = '739158';
  const newPin = '840261';
  const keys = await vaultOver(records).create({
    userId,
    secret: oldPin,
    secretKind: 'pin',
    eraseAfter: options.eraseAfter ?? null,
    deviceSecret,
    rescueKey,
  });
  const dataKey = Uint8Array.from(keys.dataKey);
  return {
    records,
    clock,
    deviceSecret,
    vaultOver,
    userId,
    oldPin,
    newPin,
    dataKey,
    keyId: keys.keyId,
    rescuePrivateKey: rescuePair.privateKey,
    request: (store: FakeKeyRecordStore = records) =>
      vaultOver(store).requestRescue({
        userId,
        secret: newPin,
        secretKind: 'pin',
        deviceSecret,
        organization: 'organization-1',
        practitioner: 'practitioner-1',
        device: keys.keyId,
      }),
    finish: (
      answer: string | null,
      input: {
        readonly store?: FakeKeyRecordStore;
        readonly secret?: string;
        readonly eraseAfter?: number;
        readonly accepts?: (given: { readonly dataKey: Uint8Array }) => boolean;
      } = {},
    ) =>
      vaultOver(input.store ?? records).finishRescue({
        userId,
        secret: input.secret ?? newPin,
        deviceSecret,
        answer,
        accepts: async (given) =>
          (input.accepts?.(given) ?? true) ? { eraseAfter: input.eraseAfter ?? null } : null,
      }),
    unlock: (secret: string, store: FakeKeyRecordStore = records) =>
      vaultOver(store).unlock({ userId, secret, deviceSecret }),
  };
}
