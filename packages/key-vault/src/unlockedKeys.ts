import { type Bytes, CodedError, base64UrlEncode, utf8Encode } from '@fieldchart/foundation';
import type { Keyring } from './keyring.ts';
import type { WebCrypto } from './webCrypto.ts';

/** The keys of one user between unlock and lock. */
export interface UnlockedKeys {
  /** SQLCipher's raw key of the user's own database file. Wiped by {@link UnlockedKeys.discard}. */
  readonly dataKey: Bytes;
  /** Names the signing key: the `kid` of what it signs, and the id under which the device registers. */
  readonly keyId: string;
  readonly publicJwk: PublicJwk;
  /** Compact JWS, ES384, with the payload detached: `HEADER..SIGNATURE` (RFC 7515, appendix F). */
  sign(payload: Uint8Array): Promise<string>;
  /** Compact JWS, ES384, over the claims as JSON. Header fields given are added to `alg` and `kid`. */
  signJwt(claims: object, header?: Readonly<Record<string, string>>): Promise<string>;
  /** Fills the keys with zeros. Signing afterwards throws `keys-discarded`. */
  discard(): void;
}

export interface PublicJwk {
  readonly kty: 'EC';
  readonly crv: 'P-384';
  readonly x: string;
  readonly y: string;
  readonly alg: 'ES384';
  readonly use: 'sig';
  readonly kid: string;
}

/** Takes the keyring over: its signing key is wiped once the platform holds it, not extractable. */
export async function openKeys(crypto: WebCrypto, keyring: Keyring, keyId: string): Promise<UnlockedKeys> {
  const parameters = { name: 'ECDSA', namedCurve: 'P-384' } as const;
  let signingKey: Awaited<ReturnType<WebCrypto['subtle']['importKey']>> | null =
    await crypto.subtle.importKey('pkcs8', keyring.signingKey, parameters, false, ['sign']);
  keyring.signingKey.fill(0);

  const signed = async (header: Readonly<Record<string, string>>, payload: Uint8Array) => {
    if (signingKey === null) throw new CodedError('keys-discarded', 'The keys were discarded at lock.');
    const protectedHeader = base64UrlEncode(
      utf8Encode(JSON.stringify({ ...header, alg: 'ES384', kid: keyId })),
    );
    const body = base64UrlEncode(payload);
    const input = utf8Encode(`${protectedHeader}.${body}`);
    const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-384' }, signingKey, input);
    return { protectedHeader, body, signature: base64UrlEncode(new Uint8Array(signature)) };
  };

  return {
    dataKey: keyring.dataKey,
    keyId,
    publicJwk: toPublicJwk(keyring.publicPoint, keyId),
    async sign(payload) {
      const { protectedHeader, signature } = await signed({}, payload);
      return `${protectedHeader}..${signature}`;
    },
    async signJwt(claims, header = { typ: 'JWT' }) {
      const { protectedHeader, body, signature } = await signed(header, utf8Encode(JSON.stringify(claims)));
      return `${protectedHeader}.${body}.${signature}`;
    },
    discard() {
      signingKey = null;
      keyring.dataKey.fill(0);
    },
  };
}

function toPublicJwk(point: Bytes, kid: string): PublicJwk {
  return {
    kty: 'EC',
    crv: 'P-384',
    x: base64UrlEncode(point.subarray(1, 49)),
    y: base64UrlEncode(point.subarray(49, 97)),
    alg: 'ES384',
    use: 'sig',
    kid,
  };
}
