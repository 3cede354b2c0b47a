import { type Bytes, type HashText, base64UrlEncode, utf8Encode } from '@fieldchart/foundation';
import type { WebCrypto } from './webCrypto.ts';

/** PBKDF2-HMAC-SHA256 (RFC 8018). */
export async function pbkdf2(
  crypto: WebCrypto,
  input: {
    readonly password: Bytes;
    readonly salt: Bytes;
    readonly iterations: number;
    readonly length: number;
  },
): Promise<Bytes> {
  const key = await crypto.subtle.importKey('raw', input.password, { name: 'PBKDF2' }, false, ['deriveBits']);
  const parameters = {
    name: 'PBKDF2',
    hash: 'SHA-256',
    salt: input.salt,
    iterations: input.iterations,
  } as const;
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, key, input.length * 8));
}

/** HKDF-SHA256 (RFC 5869), extract and expand. */
export async function hkdf(
  crypto: WebCrypto,
  input: { readonly key: Bytes; readonly salt: Bytes; readonly info: Bytes; readonly length: number },
): Promise<Bytes> {
  const key = await crypto.subtle.importKey('raw', input.key, { name: 'HKDF' }, false, ['deriveBits']);
  const parameters = { name: 'HKDF', hash: 'SHA-256', salt: input.salt, info: input.info } as const;
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, key, input.length * 8));
}

interface GcmInput {
  readonly key: Bytes;
  readonly nonce: Bytes;
  readonly additionalData: Bytes;
  readonly data: Bytes;
}

/** AES-256-GCM with a 128-bit tag behind the ciphertext. */
export async function gcmEncrypt(crypto: WebCrypto, input: GcmInput): Promise<Bytes> {
  const key = await crypto.subtle.importKey('raw', input.key, { name: 'AES-GCM' }, false, ['encrypt']);
  return new Uint8Array(await crypto.subtle.encrypt(gcmParameters(input), key, input.data));
}

/** Inverse of {@link gcmEncrypt}; null where the tag does not fit. */
export async function gcmDecrypt(crypto: WebCrypto, input: GcmInput): Promise<Bytes | null> {
  const key = await crypto.subtle.importKey('raw', input.key, { name: 'AES-GCM' }, false, ['decrypt']);
  try {
    return new Uint8Array(await crypto.subtle.decrypt(gcmParameters(input), key, input.data));
  } catch {
    // Lengths are checked before, so that what is left to fail is the tag. Platforms name that differently.
    return null;
  }
}

/** SHA-256. */
export async function sha256(crypto: WebCrypto, data: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', data));
}

/** SHA-256 of a text, base64url. */
export function hashText(crypto: WebCrypto): HashText {
  return async (text) => base64UrlEncode(await sha256(crypto, utf8Encode(text)));
}

function gcmParameters(input: GcmInput) {
  return { name: 'AES-GCM', iv: input.nonce, additionalData: input.additionalData, tagLength: 128 } as const;
}
