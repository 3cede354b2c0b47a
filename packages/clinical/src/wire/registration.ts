import { z } from 'zod';
import { id, instant } from '../fhir/primitives.ts';
import {
  agreementJwk,
  compactJwe,
  compactJws,
  key256,
  numericDate,
  serverUrl,
  signingJwk,
  uuidText,
} from './keys.ts';

/** `GET /organization.json`: what a device keeps to check tickets offline. */
export const organizationDescriptor = z.strictObject({
  id,
  name: z.string().min(1).max(200),
  jwks: z.strictObject({ keys: z.array(signingJwk).min(1).max(16) }),
  rescueKey: agreementJwk,
  /** Of the signing key, in groups, to compare with what the provider published. */
  fingerprint: z.string().min(1).max(200),
});
export type OrganizationDescriptor = z.infer<typeof organizationDescriptor>;

/** `POST /auth/register`. */
export const registrationRequest = z.strictObject({
  /** The JWT inside the ticket. */
  ticket: compactJws,
  device_id: uuidText,
  public_key: signingJwk,
  /** Compact JWS by the device's key over {@link proofClaims}. */
  proof: compactJws,
});
export type RegistrationRequest = z.infer<typeof registrationRequest>;

export const proofClaims = z.strictObject({
  aud: serverUrl,
  /** `jti` of the ticket. */
  ticket: z.string().min(1).max(128),
  device: uuidText,
  iat: numericDate,
});
export type ProofClaims = z.infer<typeof proofClaims>;

export const registrationAnswer = z.strictObject({
  device_id: uuidText,
  practitioner_id: id,
  server_time: instant,
});
export type RegistrationAnswer = z.infer<typeof registrationAnswer>;

export const authErrorCode = z.enum([
  'invalid_request',
  'ticket_invalid',
  'ticket_expired',
  'ticket_used',
  'ticket_revoked',
  'proof_invalid',
  /** The ticket answers another device's rescue request. */
  'ticket_not_for_device',
  'invalid_client',
  'invalid_scope',
  'unsupported_grant_type',
  'clock_skew',
]);
export type AuthErrorCode = z.infer<typeof authErrorCode>;

/** Errors of `/auth/…`, in the shape of OAuth. */
export const authError = z.looseObject({
  error: authErrorCode,
  error_description: z.string().optional(),
  /** With `clock_skew`: the server's time, so that the device can correct its claims. */
  server_time: instant.optional(),
});
export type AuthError = z.infer<typeof authError>;

/** `POST /auth/token`. */
export const tokenAnswer = z.looseObject({
  access_token: compactJws,
  token_type: z.literal('bearer'),
  expires_in: z.int().min(1),
  scope: z.string(),
  /** Withdrawn: the scope allows sending sealed work and acknowledging the erase, and nothing else. */
  device_status: z.literal('revoked').optional(),
  /** With `device_status`: the provider asks that what the device holds be destroyed. */
  erase: z.boolean().optional(),
});
export type TokenAnswer = z.infer<typeof tokenAnswer>;

/** Scopes of a device's token once it was withdrawn. */
export const WITHDRAWN_SCOPE = 'device/sealed-work device/erased';

/** Characters of a sealed-work upload. */
export const LONGEST_SEALED_WORK = 64 * 1024 * 1024;

/**
 * `POST /device/sealed-work`: unsent work, sealed to the organisation's rescue key. A withdrawn device sends all that
 * waits; an active one what it may neither write nor have reviewed. Any number of uploads, each once however often it
 * is sent; kept until whoever holds the rescue key has read it, and after.
 */
export const sealedWorkUpload = z.strictObject({ work: compactJwe });

/** The receipt (201, also when it was here before): SHA-256 of the JWE's text, base64url. Erase nothing without it. */
export const sealedWorkReceipt = z.strictObject({ sha256: key256 });
export type SealedWorkReceipt = z.infer<typeof sealedWorkReceipt>;
