import { createHmac } from 'node:crypto';
import { base64UrlDecode, createSeededRandom } from '@fieldchart/foundation';
import { beforeEach, expect, test, vi } from 'vitest';
import { type HmacCrypto, createNativeDeviceSecrets } from './deviceSecret.ts';
import { fakeSecureStore, keychainEntries, lockKeychain, wipeKeychain } from './testing/fakeSecureStore.ts';

vi.mock('expo-secure-store', async () => (await import('./testing/fakeSecureStore.ts')).fakeSecureStore);

beforeEach(() => wipeKeychain());

const newSecrets = (seed = 1) =>
  createNativeDeviceSecrets({
    crypto: globalThis.crypto as unknown as HmacCrypto,
    random: createSeededRandom(seed),
  });

async function created(secrets = newSecrets()) {
  const made = await secrets.create();
  if (!made.ok) throw new Error(made.error.kind);
  return made.value;
}

test('E1: the device secret is 32 random bytes in the keychain, for this device only, and answers HMAC-SHA256', async () => {
  const secret = await created();
  const [entry, ...others] = keychainEntries();
  expect(others).toEqual([]);
  expect(entry?.options.keychainAccessible).toBe(fakeSecureStore.WHEN_UNLOCKED_THIS_DEVICE_ONLY);
  const key = base64UrlDecode(entry?.value ?? '');
  expect(key).toHaveLength(32);
  const inputs = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  const answer = await secret.derive(inputs);
  const expected = inputs.map((input) => new Uint8Array(createHmac('sha256', key).update(input).digest()));
  expect(answer).toEqual({ ok: true, value: expected });
});

test('the next start opens the same secret by its id; another secret answers otherwise', async () => {
  const secret = await created();
  const input = [new Uint8Array(32)];
  const answer = await secret.derive(input);
  expect(await newSecrets(2).open(secret.id).derive(input)).toEqual(answer);
  const other = await created(newSecrets(3));
  expect(await other.derive(input)).not.toEqual(answer);
});

test('a secret that is gone is missing; a keychain that refuses has failed, which is not the same', async () => {
  const secrets = newSecrets();
  const secret = await created(secrets);
  await secrets.remove(secret.id);
  expect(await secret.derive([new Uint8Array(32)])).toEqual({ ok: false, error: { kind: 'missing' } });
  const again = await created(secrets);
  lockKeychain();
  expect(await again.derive([new Uint8Array(32)])).toEqual({ ok: false, error: { kind: 'failed' } });
  expect(await secrets.create()).toEqual({ ok: false, error: { kind: 'failed' } });
});
