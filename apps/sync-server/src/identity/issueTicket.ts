import {
  type CaseloadFile,
  type TicketClaims,
  type TicketFile,
  TICKET_FILE_FORMAT,
  TICKET_TYPE,
} from '@fieldchart/clinical';
import {
  type Clock,
  type Random,
  base64UrlEncode,
  randomUuid,
  toCarriedText,
  utf8Encode,
} from '@fieldchart/foundation';
import { CompactEncrypt, SignJWT } from 'jose';
import type { Database } from '../storage/openStorage.ts';
import { createActivationCode } from './activationCode.ts';
import { hashText } from './hashText.ts';
import type { Organization } from './organization.ts';

/** Days that a ticket is good for, where nothing else is said. */
export const TICKET_DAYS = 14;
const DAY = 24 * 60 * 60;
const PBES2_ITERATIONS = 600_000;

export interface IssuedTicket {
  /** What is pasted, scanned or carried in the file. */
  readonly ticket: string;
  readonly jti: string;
  /** `XXXX-XXXX-XXXX-XXXX-C`, to be given separately. */
  readonly activationCode: string;
  readonly file: TicketFile;
  readonly expiresAt: number;
}

export interface TicketDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly random: Random;
}

type TicketHolder = { readonly id: string; readonly name: string; readonly role: TicketClaims['role'] };

/** Issues a single-use enrolment ticket for a practitioner, with a file that carries the starter caseload. */
export async function issueTicket(
  deps: TicketDeps,
  organization: Organization,
  practitioner: TicketHolder,
  options: { readonly caseload: CaseloadFile; readonly days?: number },
): Promise<IssuedTicket> {
  const code = createActivationCode(deps.random);
  const caseloadKey = deps.random.bytes(32);
  const { jwt, claims } = await signTicket(deps, organization, practitioner, {
    days: options.days ?? TICKET_DAYS,
    claims: { caseload_key: base64UrlEncode(caseloadKey) },
  });
  const sealedTicket = await new CompactEncrypt(utf8Encode(jwt))
    .setProtectedHeader({ alg: 'PBES2-HS512+A256KW', enc: 'A256GCM' })
    .setKeyManagementParameters({ p2c: PBES2_ITERATIONS })
    .encrypt(utf8Encode(code.password));
  const ticket = await toCarriedText('ticket', sealedTicket, hashText);
  const sealedCaseload = await new CompactEncrypt(utf8Encode(JSON.stringify(options.caseload)))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', zip: 'DEF' })
    .encrypt(caseloadKey);
  return {
    jti: claims.jti,
    ticket,
    activationCode: code.shown,
    file: { format: TICKET_FILE_FORMAT, ticket, caseload: sealedCaseload },
    expiresAt: claims.exp * 1000,
  };
}

/** Signs a ticket's claims under the organisation's present policy, and remembers the ticket. */
export async function signTicket(
  deps: TicketDeps,
  organization: Organization,
  practitioner: TicketHolder,
  options: {
    readonly days: number;
    readonly claims: Pick<TicketClaims, 'caseload_key' | 'device' | 'replaces'>;
  },
): Promise<{ readonly jwt: string; readonly claims: TicketClaims }> {
  const now = Math.floor(deps.clock.now() / 1000);
  const { erase_after_attempts: eraseAfter, retention_days: retentionDays } = await deps.db
    .selectFrom('organization')
    .select(['erase_after_attempts', 'retention_days'])
    .executeTakeFirstOrThrow();
  const claims: TicketClaims = {
    iss: organization.id,
    jti: randomUuid(deps.random),
    iat: now,
    exp: now + options.days * DAY,
    sub: practitioner.id,
    practitioner_name: practitioner.name,
    role: practitioner.role,
    organization_name: organization.name,
    server: organization.baseUrl,
    rescue_key: organization.descriptor.rescueKey,
    ...(eraseAfter === null ? {} : { erase_after_attempts: eraseAfter }),
    ...(retentionDays === null ? {} : { retention_days: retentionDays }),
    ...options.claims,
  };
  const jwt = await new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'ES384', typ: TICKET_TYPE, kid: organization.keyId })
    .sign(organization.signingKey);
  await deps.db
    .insertInto('ticket')
    .values({
      jti: claims.jti,
      practitioner_id: practitioner.id,
      issued_at: now * 1000,
      expires_at: claims.exp * 1000,
      revoked_at: null,
      used_by: null,
      used_thumbprint: null,
      used_at: null,
      for_device: claims.device ?? null,
      replaces: claims.replaces ?? null,
      file: null,
    })
    .execute();
  return { jwt, claims };
}
