import { z } from 'zod';

const coordinate = z.string().regex(/^[A-Za-z0-9_-]{64}$/u, { message: 'not a P-384 coordinate' });

/** A public key for ES384 signatures (RFC 7518, section 6.2). A private part makes it invalid. */
export const signingJwk = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-384'),
  x: coordinate,
  y: coordinate,
  kid: z.string().min(1).max(128).optional(),
  alg: z.literal('ES384').optional(),
  use: z.literal('sig').optional(),
  key_ops: z.array(z.literal('verify')).optional(),
  ext: z.boolean().optional(),
});
export type SigningJwk = z.infer<typeof signingJwk>;

/** A public key for ECDH-ES key agreement. */
export const agreementJwk = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-384'),
  x: coordinate,
  y: coordinate,
  kid: z.string().min(1).max(128).optional(),
  alg: z.literal('ECDH-ES+A256KW').optional(),
  use: z.literal('enc').optional(),
  key_ops: z.array(z.string()).max(0).optional(),
  ext: z.boolean().optional(),
});
export type AgreementJwk = z.infer<typeof agreementJwk>;

/** Base64url without padding, of 32 bytes. */
export const key256 = z.string().regex(/^[A-Za-z0-9_-]{43}$/u, { message: 'not 32 bytes in base64url' });

export const uuidText = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/u, { message: 'not a UUID' });

/** Five (JWE) or three (JWS) base64url parts. */
export const compactJwe = z.string().regex(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+){3}$/u, {
  message: 'not a compact JWE',
});
export const compactJws = z.string().regex(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+$/u, {
  message: 'not a compact JWS',
});

/** Seconds since the epoch, as in JWT. */
export const numericDate = z.int().min(0).max(253_402_300_799);

export const serverUrl = z
  .string()
  .max(2048)
  .regex(/^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/u, { message: 'not a server address' });
