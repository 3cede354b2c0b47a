import { type Bytes, type Result, fail } from '@fieldchart/foundation';

/**
 * A pseudo-random function whose key never leaves the device: a PIN can then be guessed only on the device
 * itself. A file on the same disk is not a device secret.
 */
export interface DeviceSecret {
  readonly kind: DeviceSecretKind;
  /** Names the secret among those of this device. It is not secret. */
  readonly id: string;
  /** One or two inputs of 32 bytes, in one gesture of the user, to 32 bytes each, which the caller wipes. */
  derive(inputs: readonly Bytes[]): Promise<Result<readonly Bytes[], { kind: DeviceSecretProblem }>>;
}

export type DeviceSecretKind = 'webauthn-prf' | 'keystore' | 'none';

/** `missing`: the platform no longer has it. `cancelled`: the user declined. `failed`: it did not answer. */
export type DeviceSecretProblem = 'missing' | 'cancelled' | 'failed';

/** Where the platform has no bound secret: the passphrase stands alone, and nothing is mixed into the key. */
export const noDeviceSecret: DeviceSecret = {
  kind: 'none',
  id: 'none',
  derive: () => Promise.resolve(fail({ kind: 'missing' })),
};
