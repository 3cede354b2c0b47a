import { toFingerprint } from '@fieldchart/foundation';
import { hashText } from './primitives.ts';
import type { PublicJwk } from './unlockedKeys.ts';
import type { WebCrypto } from './webCrypto.ts';

/**
 * The fingerprint of a device's key as the provider's commands and alerts print it: of its RFC 7638 thumbprint, which
 * is taken over these members in this order.
 */
export async function deviceFingerprint(crypto: WebCrypto, { kty, crv, x, y }: PublicJwk): Promise<string> {
  return toFingerprint(await hashText(crypto)(JSON.stringify({ crv, kty, x, y })));
}
