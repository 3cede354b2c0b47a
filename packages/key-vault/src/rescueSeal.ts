import { CompactEncrypt, importJWK } from 'jose';
import type { Bytes } from '@fieldchart/foundation';

/** An organisation's rescue key: ECDH on P-384. Its private half is kept away from the server. */
export interface RescueKey {
  readonly kty: string;
  readonly crv?: string | undefined;
  readonly x?: string | undefined;
  readonly y?: string | undefined;
  readonly kid?: string | undefined;
}

/**
 * The data key, sealed so that only the organisation's rescue key opens it (JWE, ECDH-ES+A256KW, A256GCM).
 * The signing key is not in it: nobody whom rescue helps in can sign as the clinician.
 */
export function sealForRescue(dataKey: Bytes, rescueKey: RescueKey, userId: string): Promise<string> {
  return seal(dataKey, rescueKey, { typ: 'fieldchart-sealed-key', sub: userId });
}

/** Unsent work of a withdrawn device, sealed so that only the organisation's rescue key opens it. */
export function sealWork(work: Bytes, rescueKey: RescueKey, deviceId: string): Promise<string> {
  return seal(work, rescueKey, { typ: 'fieldchart-sealed-work', sub: deviceId });
}

async function seal(
  content: Bytes,
  rescueKey: RescueKey,
  header: { readonly typ: string; readonly sub: string },
): Promise<string> {
  const { kty, crv, x, y, kid } = rescueKey;
  const key = await importJWK({ kty, crv, x, y } as Parameters<typeof importJWK>[0], 'ECDH-ES+A256KW');
  return new CompactEncrypt(content)
    .setProtectedHeader({
      alg: 'ECDH-ES+A256KW',
      enc: 'A256GCM',
      ...header,
      ...(kid === undefined ? {} : { kid }),
    })
    .encrypt(key);
}
