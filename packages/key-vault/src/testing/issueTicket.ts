import { createHash } from 'node:crypto';
import { CompactEncrypt, CompactSign, exportJWK, generateKeyPair } from 'jose';
import { type Random, base64UrlEncode, utf8Encode } from '@fieldchart/foundation';
import { checkCharacter } from '../activationCode.ts';
import type { TicketIssuer } from '../openTicket.ts';

// Tickets as an organisation issues them, written from the wire agreement and not from the server's code, so that the
// two are checked against each other.

/** An organisation with its keys. */
export interface FakeOrganization {
  readonly descriptor: TicketIssuer;
  readonly rescueKey: object;
  readonly rescuePrivateKey: CryptoKey;
  /** Signs what it is given as a ticket's JWT; `header` and `claims` override what a ticket has. */
  sign(claims?: object, header?: object): Promise<string>;
}

export async function createFakeOrganization(id = 'organization-1'): Promise<FakeOrganization> {
  const pair = await generateKeyPair('ES384', { extractable: true });
  const rescue = await generateKeyPair('ECDH-ES+A256KW', { crv: 'P-384', extractable: true });
  const kid = `${id}-key`;
  const { kty, crv, x, y } = await exportJWK(pair.publicKey);
  const rescueKey = await exportJWK(rescue.publicKey);
  return {
    descriptor: { id, jwks: { keys: [{ kty, crv, x, y, kid }] } },
    rescueKey,
    rescuePrivateKey: rescue.privateKey,
    async sign(claims = {}, header = {}) {
      const whole = {
        iss: id,
        jti: 'ticket-1',
        iat: 1_790_000_000,
        exp: 1_790_086_400,
        sub: 'practitioner-1',
        practitioner_name: 'Rosa Delgado',
        role: 'clinician',
        organization_name: 'Open Door Clinic',
        server: 'http://localhost:8787',
        rescue_key: rescueKey,
        ...claims,
      };
      return new CompactSign(utf8Encode(JSON.stringify(whole)))
        .setProtectedHeader({ alg: 'ES384', typ: 'fieldchart-ticket+jwt', kid, ...header })
        .sign(pair.privateKey);
    },
  };
}

/** Seals a JWT under an activation code of 16 characters. */
export async function sealTicket(jwt: string, code: string, options: { readonly p2c?: number } = {}) {
  const jwe = await new CompactEncrypt(utf8Encode(jwt))
    .setProtectedHeader({ alg: 'PBES2-HS512+A256KW', enc: 'A256GCM' })
    .setKeyManagementParameters({ p2c: options.p2c ?? 600_000 })
    .encrypt(utf8Encode(code));
  return carry('FIELDCHART1', jwe);
}

/** Puts a name before a payload and a checksum behind it. */
export function carry(name: string, payload: string): string {
  const body = `${name}.${payload}`;
  return `${body}.${createHash('sha256').update(body).digest('base64url').slice(0, 12)}`;
}

/** A caseload as it lies in a ticket's file. */
export async function sealCaseload(caseload: object, random: Random): Promise<{ jwe: string; key: string }> {
  const key = random.bytes(32);
  const jwe = await new CompactEncrypt(utf8Encode(JSON.stringify(caseload)))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', zip: 'DEF' })
    .encrypt(key);
  return { jwe, key: base64UrlEncode(key) };
}

/** 16 characters as they are printed: in groups, with the check character behind. */
export function printCode(code: string): string {
  return `${(code.match(/.{4}/gu) ?? []).join('-')}-${checkCharacter(code)}`;
}
