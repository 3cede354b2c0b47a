import { type Bytes, fail, ok, utf8Encode } from '@fieldchart/foundation';
import type { DeviceSecret, DeviceSecretProblem } from '../deviceSecret.ts';
import { hkdf } from '../primitives.ts';
import type { WebCrypto } from '../webCrypto.ts';

/** A device secret in memory. HKDF stands for the platform's pseudo-random function. */
export interface FakeDeviceSecret extends DeviceSecret {
  /** The secret's own key, to be looked for where it must not be. */
  readonly key: Bytes;
  /** From now on it answers with this problem; null for none. */
  problem: DeviceSecretProblem | null;
  /** Gestures asked of the user so far, by how many inputs each had. */
  readonly gestures: readonly number[];
}

export function createFakeDeviceSecret(crypto: WebCrypto, name = 'phone', id = 'secret-1'): FakeDeviceSecret {
  const key = utf8Encode(`the ${name}'s own secret`);
  const gestures: number[] = [];
  const secret: FakeDeviceSecret = {
    kind: 'keystore',
    id,
    key,
    problem: null,
    gestures,
    async derive(inputs) {
      gestures.push(inputs.length);
      if (secret.problem !== null) return fail({ kind: secret.problem });
      const answers = inputs.map((info) => hkdf(crypto, { key, salt: new Uint8Array(0), info, length: 32 }));
      return ok(await Promise.all(answers));
    },
  };
  return secret;
}
