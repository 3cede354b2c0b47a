import {
  type Bytes,
  type Random,
  base64UrlDecode,
  base64UrlEncode,
  concatBytes,
  utf8Encode,
} from '@fieldchart/foundation';
import { type KeyRecord, type KeyRecordHeader, NONCE_LENGTH, additionalDataOf } from './keyRecord.ts';
import { type Keyring, keyringFromBytes, keyringToBytes } from './keyring.ts';
import { gcmDecrypt, gcmEncrypt, hkdf, pbkdf2, sha256 } from './primitives.ts';
import type { WebCrypto } from './webCrypto.ts';

const noBytes = new Uint8Array(0);
const label = (name: string) => utf8Encode(`fieldchart-key/1 ${name}`);

/** What a secret becomes by the slow derivation, and what of it goes to the device secret. */
export interface Stretched {
  readonly salt: Bytes;
  readonly iterations: number;
  readonly stretched: Bytes;
  /** Derived under its own label: the authenticator sees nothing that the key is made of. */
  readonly prfInput: Bytes;
}

/** The slow derivation. The secret is NFKC-normalised: keyboards differ in how they compose letters. */
export async function stretch(
  crypto: WebCrypto,
  secret: string,
  salt: Bytes,
  iterations: number,
): Promise<Stretched> {
  const password = utf8Encode(secret.normalize('NFKC'));
  const stretched = await pbkdf2(crypto, { password, salt, iterations, length: 32 });
  password.fill(0);
  const prfInput = await hkdf(crypto, { key: stretched, salt: noBytes, info: label('prf'), length: 32 });
  return { salt, iterations, stretched, prfInput };
}

/** Fills with zeros what a secret became. */
export function wipeStretched(secret: Stretched): void {
  secret.stretched.fill(0);
  secret.prfInput.fill(0);
}

/** Stretches with the parameters of a record. */
export function stretchFor(crypto: WebCrypto, secret: string, header: KeyRecordHeader): Promise<Stretched> {
  return stretch(crypto, secret, base64UrlDecode(header.salt), header.iterations);
}

/** Input that asks the device secret who it is; it has nothing of the PIN. */
export function checkInput(crypto: WebCrypto, keyId: string): Promise<Bytes> {
  return sha256(crypto, label(`check ${keyId}`));
}

/** What the record keeps of the device secret's answer to {@link checkInput}. */
export async function checkValue(crypto: WebCrypto, answer: Bytes): Promise<string> {
  const value = await hkdf(crypto, { key: answer, salt: noBytes, info: label('check'), length: 16 });
  return base64UrlEncode(value);
}

/** Key-encryption key. `bound` is the device secret's answer, null where there is none. */
async function deriveKek(crypto: WebCrypto, secret: Stretched, bound: Bytes | null): Promise<Bytes> {
  const material = concatBytes(secret.stretched, bound ?? noBytes);
  const kek = await hkdf(crypto, { key: material, salt: noBytes, info: label('kek'), length: 32 });
  material.fill(0);
  return kek;
}

/** Encrypts the keyring under a fresh nonce, with the header authenticated beside it. */
export async function wrapKeyring(
  deps: { readonly crypto: WebCrypto; readonly random: Random },
  input: {
    readonly keyring: Keyring;
    readonly secret: Stretched;
    readonly bound: Bytes | null;
    readonly header: Omit<KeyRecordHeader, 'kdf' | 'iterations' | 'salt'>;
  },
): Promise<KeyRecord> {
  const { userId, secretKind, eraseAfter, keyId, generation, deviceSecret } = input.header;
  const header: KeyRecordHeader = {
    userId,
    secretKind,
    eraseAfter,
    keyId,
    generation,
    kdf: 'PBKDF2-HMAC-SHA256',
    iterations: input.secret.iterations,
    salt: base64UrlEncode(input.secret.salt),
    deviceSecret,
  };
  const additionalData = additionalDataOf(header);
  const nonce = deps.random.bytes(NONCE_LENGTH);
  const key = await deriveKek(deps.crypto, input.secret, input.bound);
  const data = keyringToBytes(input.keyring);
  const sealed = await gcmEncrypt(deps.crypto, { key, nonce, additionalData, data });
  key.fill(0);
  data.fill(0);
  return { header, additionalData, nonce, sealed };
}

/**
 * Decrypts the keyring: proves the secret and yields the keys in one operation.
 * `wrong`: this secret does not open it. `damaged`: it opened, and what is inside is not a keyring.
 */
export async function unwrapKeyring(
  crypto: WebCrypto,
  record: KeyRecord,
  secret: Stretched,
  bound: Bytes | null,
): Promise<Keyring | 'wrong' | 'damaged'> {
  const key = await deriveKek(crypto, secret, bound);
  const data = await gcmDecrypt(crypto, {
    key,
    nonce: record.nonce,
    additionalData: record.additionalData,
    data: record.sealed,
  });
  key.fill(0);
  if (data === null) return 'wrong';
  const keyring = keyringFromBytes(data);
  data.fill(0);
  return keyring ?? 'damaged';
}
