import * as SecureStore from 'expo-secure-store';
import {
  type Bytes,
  type Random,
  type Result,
  base64UrlDecode,
  base64UrlEncode,
  fail,
  ok,
  randomUuid,
} from '@fieldchart/foundation';
import { type DeviceSecret, type DeviceSecretProblem, noDeviceSecret } from '@fieldchart/key-vault';

// A random secret in the keychain (iOS) or sealed by the keystore (Android), for this device only and in no backup;
// the pseudo-random function is HMAC-SHA256 under it.

const options: SecureStore.SecureStoreOptions = {
  keychainAccessible: SecureStore.WHEN_UNLOCKED_THIS_DEVICE_ONLY,
  keychainService: 'fieldchart-device-secret',
};
const entryOf = (id: string) => `fieldchart.device-secret.${id}`;

/** The part of the phone's crypto that is used here. */
export interface HmacCrypto {
  readonly subtle: {
    importKey(
      format: 'raw',
      data: Bytes,
      algorithm: { readonly name: 'HMAC'; readonly hash: 'SHA-256' },
      extractable: boolean,
      usages: 'sign'[],
    ): Promise<unknown>;
    sign(algorithm: 'HMAC', key: unknown, data: Bytes): Promise<ArrayBuffer>;
  };
}

/** The bound secrets that the phone's keychain or keystore gives. */
export function createNativeDeviceSecrets(deps: { readonly crypto: HmacCrypto; readonly random: Random }) {
  const open = (id: string): DeviceSecret => ({
    kind: 'keystore',
    id,
    derive: (inputs) => evaluate(deps.crypto, id, inputs),
  });
  return {
    offered: () => SecureStore.isAvailableAsync(),
    async create(): Promise<Result<DeviceSecret, { kind: 'cancelled' | 'not-bound' | 'failed' }>> {
      const id = randomUuid(deps.random);
      const key = deps.random.bytes(32);
      try {
        await SecureStore.setItemAsync(entryOf(id), base64UrlEncode(key), options);
        return ok(open(id));
      } catch {
        return fail({ kind: 'failed' });
      } finally {
        key.fill(0);
      }
    },
    open,
    remove: (id: string) => SecureStore.deleteItemAsync(entryOf(id), options),
    none: noDeviceSecret,
  };
}

async function evaluate(
  crypto: HmacCrypto,
  id: string,
  inputs: readonly Bytes[],
): Promise<Result<readonly Bytes[], { kind: DeviceSecretProblem }>> {
  let stored: string | null;
  try {
    stored = await SecureStore.getItemAsync(entryOf(id), options);
  } catch {
    return fail({ kind: 'failed' });
  }
  if (stored === null) return fail({ kind: 'missing' });
  const bytes = base64UrlDecode(stored);
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  bytes.fill(0);
  const answers: Bytes[] = [];
  for (const input of inputs) answers.push(new Uint8Array(await crypto.subtle.sign('HMAC', key, input)));
  return ok(answers);
}
