import type { Bytes } from '@fieldchart/foundation';

/**
 * The part of WebCrypto that the vault uses. Browsers and Node have it as `crypto`, phones by a native module.
 */
export interface WebCrypto {
  readonly subtle: SubtleCrypto;
}

export interface SubtleCrypto {
  digest(algorithm: 'SHA-256', data: Bytes): Promise<ArrayBuffer>;
  importKey(
    format: 'raw' | 'pkcs8',
    data: Bytes,
    algorithm: { readonly name: string; readonly namedCurve?: string; readonly hash?: string },
    extractable: boolean,
    usages: KeyUsage[],
  ): Promise<KeyHandle>;
  exportKey(format: 'raw' | 'pkcs8', key: KeyHandle): Promise<ArrayBuffer>;
  generateKey(
    algorithm: { readonly name: 'ECDSA'; readonly namedCurve: 'P-384' },
    extractable: boolean,
    usages: ('sign' | 'verify')[],
  ): Promise<{ readonly publicKey: KeyHandle; readonly privateKey: KeyHandle }>;
  deriveBits(
    algorithm: DerivationParameters | ExpansionParameters,
    key: KeyHandle,
    bits: number,
  ): Promise<ArrayBuffer>;
  encrypt(algorithm: GcmParameters, key: KeyHandle, data: Bytes): Promise<ArrayBuffer>;
  decrypt(algorithm: GcmParameters, key: KeyHandle, data: Bytes): Promise<ArrayBuffer>;
  sign(
    algorithm: { readonly name: 'ECDSA'; readonly hash: 'SHA-384' },
    key: KeyHandle,
    data: Bytes,
  ): Promise<ArrayBuffer>;
}

type KeyUsage = 'encrypt' | 'decrypt' | 'deriveBits' | 'sign' | 'verify';

interface DerivationParameters {
  readonly name: 'PBKDF2';
  readonly hash: 'SHA-256';
  readonly salt: Bytes;
  readonly iterations: number;
}

interface ExpansionParameters {
  readonly name: 'HKDF';
  readonly hash: 'SHA-256';
  readonly salt: Bytes;
  readonly info: Bytes;
}

interface GcmParameters {
  readonly name: 'AES-GCM';
  readonly iv: Bytes;
  readonly additionalData: Bytes;
  readonly tagLength: 128;
}

/** A key inside the platform's crypto, by handle. */
export interface KeyHandle {
  readonly type: string;
}
