import { type Bytes, concatBytes, equalBytes, utf8Encode } from '@fieldchart/foundation';
import type { WebCrypto } from './webCrypto.ts';

// What a key record seals: SENTINEL (16) ‖ data key (32) ‖ public point (97) ‖ private key, PKCS8. Bytes rather than
// JSON, so that no key passes through a string, which could not be wiped.

const sentinel = utf8Encode('fieldchart-keys1');
const dataKeyLength = 32;
/** Uncompressed point of P-384: 0x04 ‖ x (48) ‖ y (48). */
const pointLength = 97;

/** The secrets of one user on one device. */
export interface Keyring {
  readonly dataKey: Bytes;
  readonly publicPoint: Bytes;
  /** ES384, PKCS8. */
  readonly signingKey: Bytes;
}

/** A random data key and a new signing key. */
export async function createKeyring(crypto: WebCrypto, dataKey: Bytes): Promise<Keyring> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-384' }, true, [
    'sign',
    'verify',
  ]);
  return {
    dataKey,
    publicPoint: new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)),
    signingKey: new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey)),
  };
}

/** The bytes to seal. The caller wipes them. */
export function keyringToBytes(keyring: Keyring): Bytes {
  return concatBytes(sentinel, keyring.dataKey, keyring.publicPoint, keyring.signingKey);
}

/** Inverse of {@link keyringToBytes}; null where the sentinel is not there. */
export function keyringFromBytes(bytes: Bytes): Keyring | null {
  const pointAt = sentinel.length + dataKeyLength;
  const signingAt = pointAt + pointLength;
  if (bytes.length <= signingAt || !equalBytes(bytes.slice(0, sentinel.length), sentinel)) return null;
  return {
    dataKey: bytes.slice(sentinel.length, pointAt),
    publicPoint: bytes.slice(pointAt, signingAt),
    signingKey: bytes.slice(signingAt),
  };
}

/** Fills every secret of the keyring with zeros. */
export function wipeKeyring(keyring: Keyring): void {
  keyring.dataKey.fill(0);
  keyring.signingKey.fill(0);
}
