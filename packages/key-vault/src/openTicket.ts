import { compactDecrypt, compactVerify, decodeProtectedHeader, importJWK } from 'jose';
import {
  type CarriedTextProblem,
  type Result,
  base64UrlDecode,
  fail,
  ok,
  readCarriedText,
  utf8Decode,
  utf8Encode,
} from '@fieldchart/foundation';
import { parseActivationCode } from './activationCode.ts';
import { type TicketClaims, isObject, isTicketClaims } from './ticketClaims.ts';
import { hashText } from './primitives.ts';
import { LONGEST_TICKET } from './ticketFile.ts';
import type { WebCrypto } from './webCrypto.ts';

/** Of the organisation's descriptor, what a ticket is checked against. */
export interface TicketIssuer {
  readonly id: string;
  readonly jwks: { readonly keys: readonly IssuerKey[] };
}

interface IssuerKey {
  readonly kty?: string | undefined;
  readonly crv?: string | undefined;
  readonly x?: string | undefined;
  readonly y?: string | undefined;
  readonly kid?: string | undefined;
}

/**
 * `code-mistyped`: the code's check character does not fit. `wrong-code`: a whole code that does not open this
 * ticket. `wrong-type`: it opens, and what is inside was signed as something else. `forged`: it opens, but this organisation did not sign it. The others as in {@link CarriedTextProblem}.
 */
export type TicketFailure =
  | CarriedTextProblem
  | 'code-mistyped'
  | 'wrong-code'
  | 'wrong-type'
  | 'forged'
  | 'expired'
  | 'wrong-organization';

/** Exactly this many: fewer would be quicker to guess, more would let a stranger's file hold the device up. */
const pbes2Iterations = 600_000;

/**
 * Opens a ticket with its activation code and checks it against the organisation, all offline.
 * `now` is in milliseconds; `jwt` is what registers the device.
 */
export async function openTicket(input: {
  readonly crypto: WebCrypto;
  readonly ticket: string;
  readonly activationCode: string;
  readonly organization: TicketIssuer;
  readonly now: number;
}): Promise<Result<{ readonly claims: TicketClaims; readonly jwt: string }, { kind: TicketFailure }>> {
  const carried = await readCarriedText({
    kind: 'ticket',
    text: input.ticket,
    dots: 4,
    longest: LONGEST_TICKET,
    hash: hashText(input.crypto),
  });
  if (!carried.ok) return carried;
  if (!isTicketHeader(protectedHeader(carried.value))) return fail({ kind: 'malformed' });
  const code = parseActivationCode(input.activationCode);
  if (!code.ok) return code;

  const jwt = await decryptTicket(carried.value, code.value);
  if (jwt === null) return fail({ kind: 'wrong-code' });
  return checkTicket(jwt, input.organization, input.now);
}

function isTicketHeader(header: Readonly<Record<string, unknown>> | null): boolean {
  const salt = header?.['p2s'];
  return (
    header !== null &&
    header['alg'] === 'PBES2-HS512+A256KW' &&
    header['enc'] === 'A256GCM' &&
    header['p2c'] === pbes2Iterations &&
    typeof salt === 'string' &&
    salt.length >= 11 &&
    header['zip'] === undefined &&
    header['crit'] === undefined
  );
}

async function decryptTicket(ticket: string, code: string): Promise<string | null> {
  try {
    const { plaintext } = await compactDecrypt(ticket, utf8Encode(code), {
      keyManagementAlgorithms: ['PBES2-HS512+A256KW'],
      contentEncryptionAlgorithms: ['A256GCM'],
      maxPBES2Count: pbes2Iterations,
    });
    return utf8Decode(plaintext);
  } catch {
    return null;
  }
}

/** Checks the JWT inside a ticket: form, organisation, signature, claims, time. */
export async function checkTicket(
  jwt: string,
  organization: TicketIssuer,
  now: number,
): Promise<Result<{ readonly claims: TicketClaims; readonly jwt: string }, { kind: TicketFailure }>> {
  const header = protectedHeader(jwt);
  const claims = unverifiedClaims(jwt);
  if (header === null || !isObject(claims)) return fail({ kind: 'malformed' });
  if (header['typ'] !== 'fieldchart-ticket+jwt') return fail({ kind: 'wrong-type' });
  if (header['alg'] !== 'ES384') return fail({ kind: 'malformed' });
  // Read before the signature is checked, to say the more useful of two refusals.
  if (claims['iss'] !== organization.id) return fail({ kind: 'wrong-organization' });

  const key = organization.jwks.keys.find(({ kid }) => kid !== undefined && kid === header['kid']);
  if (key === undefined || !(await isSignedBy(jwt, key))) return fail({ kind: 'forged' });
  if (!isTicketClaims(claims)) return fail({ kind: 'malformed' });
  if (now >= claims.exp * 1000) return fail({ kind: 'expired' });
  return ok({ claims, jwt });
}

async function isSignedBy(jwt: string, key: IssuerKey): Promise<boolean> {
  const { kty, crv, x, y } = key;
  if (kty !== 'EC' || crv !== 'P-384' || x === undefined || y === undefined) return false;
  try {
    await compactVerify(jwt, await importJWK({ kty, crv, x, y }, 'ES384'), { algorithms: ['ES384'] });
    return true;
  } catch {
    return false;
  }
}

function protectedHeader(token: string): Readonly<Record<string, unknown>> | null {
  try {
    return decodeProtectedHeader(token) as Readonly<Record<string, unknown>>;
  } catch {
    return null;
  }
}

function unverifiedClaims(jwt: string): unknown {
  try {
    return JSON.parse(utf8Decode(base64UrlDecode(jwt.split('.')[1] ?? '')));
  } catch {
    return null;
  }
}
