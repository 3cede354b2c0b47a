import type { PractitionerRole, SigningJwk, TokenAnswer } from '@fieldchart/clinical';
import { practitionerRole } from '@fieldchart/clinical';
import { type Random, type Result, fail, ok, randomUuid } from '@fieldchart/foundation';
import { SignJWT, decodeJwt, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Database } from '../storage/openStorage.ts';
import type { Actor } from '../write/mutation.ts';
import { type AuthFailure, SKEW_SECONDS } from './authFailure.ts';
import { raiseAlert } from './alerts.ts';
import { importPublicKey } from './importPublicKey.ts';
import type { Organization } from './organization.ts';
import { grantScope, permits } from './scopes.ts';

const TOKEN_SECONDS = 300;
/** The key of a withdrawn device is gone once it knows: this token has to last until its work is here. */
const WITHDRAWN_TOKEN_SECONDS = 30 * 24 * 3600;
const MAX_ASSERTION_SECONDS = 300;
const ACCESS_TOKEN_TYPE = 'at+jwt';
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const tokenRequest = z.object({
  grant_type: z.string(),
  client_assertion_type: z.literal(ASSERTION_TYPE),
  client_assertion: z.string().max(8192),
  scope: z.string().max(1000).optional(),
});

const assertionClaims = z.object({
  iss: z.string(),
  sub: z.string(),
  aud: z.string(),
  jti: z.string().min(1).max(128),
  exp: z.int(),
  iat: z.int().optional(),
});

const tokenClaims = z.object({
  sub: z.string(),
  device: z.string(),
  role: practitionerRole,
  exp: z.int(),
  scope: z.string(),
});

export interface Grant {
  readonly answer: TokenAnswer;
  readonly actor: Actor;
}

const badClient = (text: string): { ok: false; error: AuthFailure } =>
  fail({ kind: 'invalid_client', status: 401, text });

/**
 * Answers a device's token request (private_key_jwt, RFC 7523): the assertion is verified against its registered
 * key, is about now, and is accepted once.
 */
export async function grantToken(
  deps: { readonly db: Database; readonly now: number; readonly random: Random },
  organization: Organization,
  form: unknown,
): Promise<Result<Grant, AuthFailure>> {
  const request = tokenRequest.safeParse(form);
  if (!request.success) {
    return fail({ kind: 'invalid_request', status: 400, text: 'the request is not a token request' });
  }
  if (request.data.grant_type !== 'client_credentials') {
    return fail({ kind: 'unsupported_grant_type', status: 400, text: 'only client_credentials' });
  }
  const assertion = request.data.client_assertion;
  const claimed = readClaims(assertion);
  if (claimed === undefined || claimed.iss !== claimed.sub) return badClient('the assertion is malformed');
  const device = await deps.db
    .selectFrom('device')
    .innerJoin('practitioner', 'practitioner.id', 'device.practitioner_id')
    .select([
      'device.id',
      'public_key',
      'revoked_at',
      'erase_requested',
      'replaced_by',
      'practitioner_id',
      'role',
    ])
    .where('device.id', '=', claimed.sub)
    .executeTakeFirst();
  if (device === undefined || device.replaced_by !== null) return badClient('the device is not registered');
  if (
    !(await isSignedBy(assertion, device.public_key)) ||
    claimed.aud !== `${organization.baseUrl}/auth/token`
  ) {
    return badClient('the assertion does not verify');
  }
  // From here on the device is who it says: it may know that its clock is wrong.
  const now = deps.now / 1000;
  const skewed =
    claimed.exp + SKEW_SECONDS < now ||
    claimed.exp > now + MAX_ASSERTION_SECONDS + SKEW_SECONDS ||
    (claimed.iat !== undefined && claimed.iat > now + SKEW_SECONDS);
  const { practitioner_id: practitionerId, role } = device;
  if (skewed) {
    await raiseAlert(deps.db, deps.now, {
      kind: 'clock-wrong',
      subject: device.id,
      practitionerId,
      deviceId: device.id,
      details: { 'seconds-ahead': String(Math.round((claimed.iat ?? claimed.exp) - now)) },
    });
    return fail({ kind: 'clock_skew', status: 401, text: 'the device’s clock is wrong', practitionerId });
  }
  const used = await deps.db
    .insertInto('token_use')
    .values({ device_id: device.id, jti: claimed.jti, expires_at: (claimed.exp + SKEW_SECONDS) * 1000 })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (used.numInsertedOrUpdatedRows !== 1n) {
    await raiseAlert(deps.db, deps.now, {
      kind: 'assertion-replayed',
      subject: `${device.id} ${claimed.jti}`,
      practitionerId,
      deviceId: device.id,
      details: {},
    });
    return badClient('the assertion was used before');
  }
  await deps.db.deleteFrom('token_use').where('expires_at', '<', deps.now).execute();
  const withdrawn = device.revoked_at !== null;
  const scope = grantScope(role, { withdrawn, scope: request.data.scope });
  if (scope === null) {
    return fail({
      kind: 'invalid_scope',
      status: 400,
      text: 'nothing of this scope is to be had',
      practitionerId,
    });
  }
  const seconds = withdrawn ? WITHDRAWN_TOKEN_SECONDS : TOKEN_SECONDS;
  return ok({
    answer: {
      access_token: await signToken(organization, deps, {
        practitionerId,
        deviceId: device.id,
        role,
        scope,
        seconds,
      }),
      token_type: 'bearer',
      expires_in: seconds,
      scope,
      ...(withdrawn ? { device_status: 'revoked', erase: device.erase_requested } : {}),
    },
    actor: { practitionerId, deviceId: device.id, role },
  });
}

function readClaims(assertion: string): z.infer<typeof assertionClaims> | undefined {
  try {
    return assertionClaims.parse(decodeJwt(assertion));
  } catch {
    return undefined;
  }
}

async function isSignedBy(assertion: string, publicKey: SigningJwk): Promise<boolean> {
  try {
    // The times are judged afterwards, with our own clock and a code of their own.
    await jwtVerify(assertion, await importPublicKey(publicKey), {
      algorithms: ['ES384'],
      clockTolerance: Number.MAX_SAFE_INTEGER,
    });
    return true;
  } catch {
    return false;
  }
}

function signToken(
  organization: Organization,
  deps: { readonly now: number; readonly random: Random },
  holder: {
    readonly practitionerId: string;
    readonly deviceId: string;
    readonly role: PractitionerRole;
    readonly scope: string;
    readonly seconds: number;
  },
): Promise<string> {
  const now = Math.floor(deps.now / 1000);
  return new SignJWT({ device: holder.deviceId, role: holder.role, scope: holder.scope })
    .setProtectedHeader({ alg: 'ES384', typ: ACCESS_TOKEN_TYPE, kid: organization.keyId })
    .setIssuer(organization.id)
    .setAudience(`${organization.baseUrl}/fhir`)
    .setSubject(holder.practitionerId)
    .setJti(randomUuid(deps.random))
    .setIssuedAt(now)
    .setExpirationTime(now + holder.seconds)
    .sign(organization.signingKey);
}

export interface TokenHolder {
  readonly actor: Actor;
  /** What the token may be used for, by the role and what was asked for. */
  readonly scope: string;
  /** When the token ends, in milliseconds. */
  readonly expiresAt: number;
}

/**
 * The holder of an access token; undefined when it is not one of ours, has expired, or its device was withdrawn or
 * replaced since.
 */
export async function readToken(
  deps: { readonly db: Database; readonly now: number },
  organization: Organization,
  token: string,
): Promise<TokenHolder | undefined> {
  let claims;
  try {
    const { payload } = await jwtVerify(token, organization.verifyingKey, {
      algorithms: ['ES384'],
      typ: ACCESS_TOKEN_TYPE,
      issuer: organization.id,
      audience: `${organization.baseUrl}/fhir`,
      currentDate: new Date(deps.now),
    });
    claims = tokenClaims.parse(payload);
  } catch {
    return undefined;
  }
  const device = await deps.db
    .selectFrom('device')
    .select('revoked_at')
    .where('id', '=', claims.device)
    .where('practitioner_id', '=', claims.sub)
    .where('replaced_by', 'is', null)
    .executeTakeFirst();
  // Tokens of before the withdrawal end with it.
  const withdrawn = permits(claims.scope, 'device/erased');
  if (device === undefined || withdrawn !== (device.revoked_at !== null)) return undefined;
  return {
    actor: { practitionerId: claims.sub, deviceId: claims.device, role: claims.role },
    scope: claims.scope,
    expiresAt: claims.exp * 1000,
  };
}
