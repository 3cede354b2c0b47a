import type { SigningJwk } from '@fieldchart/clinical';
import { CodedError } from '@fieldchart/foundation';
import { type JWK, importJWK } from 'jose';

/** The members of a public key that matter, for thumbprints and imports. */
export function toPlainJwk({ kty, crv, x, y }: SigningJwk): JWK {
  return { kty, crv, x, y };
}

/** A registered ES384 public key, ready to verify with. */
export async function importPublicKey(jwk: SigningJwk): Promise<CryptoKey> {
  return importEcKey(toPlainJwk(jwk));
}

/** Imports an ES384 key, public or private. */
export async function importEcKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, 'ES384');
  if (key instanceof Uint8Array) throw new CodedError('KEY_UNUSABLE', 'the key is not an EC key');
  return key;
}
