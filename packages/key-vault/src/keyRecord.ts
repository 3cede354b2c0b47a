import {
  type Bytes,
  CodedError,
  base64UrlDecode,
  base64UrlEncode,
  utf8Decode,
  utf8Encode,
} from '@fieldchart/foundation';
import type { DeviceSecretKind } from './deviceSecret.ts';
import { sha256 } from './primitives.ts';
import type { WebCrypto } from './webCrypto.ts';

// On disk: `fieldchart-key/1.HEADER.NONCE.SEALED.CHECKSUM`, each part base64url. The header is JSON and, with the
// name before it, the additional data of the encryption. The checksum (SHA-256 of all before it) tells damage
// from a wrong secret, needs no key and reveals nothing about one.

const format = 'fieldchart-key/1';
const longestRecord = 16_384;

/** Fewer iterations are refused, whoever asks for them. */
export const ITERATIONS_FLOOR = 100_000;
/** More than this is not a record of ours, but one made to hold the device up. */
const iterationsCeiling = 100_000_000;

/** A policy may not destroy a record before so many wrong secrets: slips of the finger must not. */
export const LEAST_ERASE_AFTER = 5;

export const SALT_LENGTH = 32;
export const NONCE_LENGTH = 12;

export type SecretKind = 'pin' | 'passphrase';

export interface KeyRecordHeader {
  readonly userId: string;
  /** How the secret is typed. */
  readonly secretKind: SecretKind;
  /** Wrong secrets in a row after which the record is destroyed, by the organisation's policy; null for never. */
  readonly eraseAfter: number | null;
  /** Names the signing key inside; the device is registered under it. */
  readonly keyId: string;
  /** Grows with every wrap. Of two slots the higher one counts. */
  readonly generation: number;
  readonly kdf: 'PBKDF2-HMAC-SHA256';
  readonly iterations: number;
  readonly salt: string;
  readonly deviceSecret: {
    readonly kind: DeviceSecretKind;
    readonly id: string;
    /** Tells a missing or changed device secret without the PIN. Empty where there is none. */
    readonly check: string;
  };
}

export interface KeyRecord {
  readonly header: KeyRecordHeader;
  /** What the encryption authenticates beside the keys. */
  readonly additionalData: Bytes;
  readonly nonce: Bytes;
  readonly sealed: Bytes;
}

/** The additional data of a record with this header. */
export function additionalDataOf(header: KeyRecordHeader): Bytes {
  return utf8Encode(`${format}.${base64UrlEncode(utf8Encode(JSON.stringify(header)))}`);
}

/** The record as it rests on the disk. */
export async function encodeKeyRecord(
  crypto: WebCrypto,
  record: { readonly additionalData: Bytes; readonly nonce: Bytes; readonly sealed: Bytes },
): Promise<string> {
  const body = [
    utf8Decode(record.additionalData),
    base64UrlEncode(record.nonce),
    base64UrlEncode(record.sealed),
  ].join('.');
  return `${body}.${base64UrlEncode(await sha256(crypto, utf8Encode(body)))}`;
}

/**
 * The text to write into a slot. Throws `key-record-unsound` rather than hand out what could not be read again: it
 * would replace a record that can.
 */
export async function encodeSound(
  crypto: WebCrypto,
  record: Parameters<typeof encodeKeyRecord>[1],
): Promise<string> {
  const text = await encodeKeyRecord(crypto, record);
  if ((await decodeKeyRecord(crypto, text)) !== null) return text;
  throw new CodedError('key-record-unsound', 'The new key record could not be read again.');
}

/** The record in a slot; null where it is damaged or none of ours. */
export async function decodeKeyRecord(crypto: WebCrypto, text: string): Promise<KeyRecord | null> {
  if (text.length > longestRecord) return null;
  const end = text.lastIndexOf('.');
  const body = text.slice(0, Math.max(end, 0));
  if (text.slice(end + 1) !== base64UrlEncode(await sha256(crypto, utf8Encode(body)))) return null;
  const [name, header, nonce, sealed, ...rest] = body.split('.');
  if (name !== format || header === undefined || nonce === undefined || sealed === undefined) return null;
  if (rest.length > 0) return null;
  try {
    const parsed: unknown = JSON.parse(utf8Decode(base64UrlDecode(header)));
    const record = {
      additionalData: utf8Encode(`${name}.${header}`),
      nonce: base64UrlDecode(nonce),
      sealed: base64UrlDecode(sealed),
    };
    if (!isHeader(parsed) || record.nonce.length !== NONCE_LENGTH || record.sealed.length < 16) return null;
    return { header: parsed, ...record };
  } catch {
    return null;
  }
}

function isHeader(value: unknown): value is KeyRecordHeader {
  if (!isObject(value) || !isObject(value['deviceSecret'])) return false;
  const { userId, secretKind, eraseAfter, keyId, generation, kdf, iterations, salt } = value;
  const { kind, id, check } = value['deviceSecret'];
  return (
    typeof userId === 'string' &&
    typeof keyId === 'string' &&
    (secretKind === 'pin' || secretKind === 'passphrase') &&
    (eraseAfter === null || isIntegerBetween(eraseAfter, LEAST_ERASE_AFTER, 100)) &&
    isIntegerBetween(generation, 1, Number.MAX_SAFE_INTEGER) &&
    kdf === 'PBKDF2-HMAC-SHA256' &&
    isIntegerBetween(iterations, ITERATIONS_FLOOR, iterationsCeiling) &&
    typeof salt === 'string' &&
    base64UrlDecode(salt).length === SALT_LENGTH &&
    (kind === 'webauthn-prf' || kind === 'keystore' || kind === 'none') &&
    typeof id === 'string' &&
    typeof check === 'string'
  );
}

function isIntegerBetween(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
