import { CompactSign } from 'jose';
import type { TestDevice } from '../../apps/sync-server/src/testing/testServer.ts';

/** Compact JWS with detached payload, as the vault makes it. */
export async function signDetached(payload: Uint8Array, device: TestDevice): Promise<string> {
  const whole = await new CompactSign(payload)
    .setProtectedHeader({ alg: 'ES384', kid: device.id })
    .sign(device.privateKey);
  const [header, , signature] = whole.split('.');
  return `${header ?? ''}..${signature ?? ''}`;
}
