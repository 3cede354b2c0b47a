import {
  type ProofClaims,
  type RegistrationAnswer,
  type SigningJwk,
  type TicketClaims,
  TICKET_TYPE,
  proofClaims,
  registrationRequest,
  ticketClaims,
} from '@fieldchart/clinical';
import { type Result, fail, ok, toInstant, utf8Decode, toFingerprint } from '@fieldchart/foundation';
import { calculateJwkThumbprint, compactVerify } from 'jose';
import type { Database } from '../storage/openStorage.ts';
import { type AuthFailure, SKEW_SECONDS } from './authFailure.ts';
import { raiseAlert } from './alerts.ts';
import { importPublicKey, toPlainJwk } from './importPublicKey.ts';
import type { Organization } from './organization.ts';
import { findReplaced } from './findReplaced.ts';

export interface Registration {
  readonly answer: RegistrationAnswer;
  readonly practitionerId: string;
  /** False when the same device asked again. */
  readonly created: boolean;
}

/**
 * First contact of a device: its ticket is used up, once, by one key, whose possession the device proves. The same
 * device with the same key may ask again (its first answer may have been lost).
 */
export async function registerDevice(
  deps: { readonly db: Database; readonly now: number },
  organization: Organization,
  body: unknown,
): Promise<Result<Registration, AuthFailure>> {
  const request = registrationRequest.safeParse(body);
  if (!request.success) {
    return fail({ kind: 'invalid_request', status: 400, text: 'the request is not a registration' });
  }
  const ticket = await readTicket(organization, request.data.ticket);
  if (ticket === undefined) {
    return fail({ kind: 'ticket_invalid', status: 401, text: 'the ticket was not issued here' });
  }
  const { device_id: deviceId, public_key: publicKey } = request.data;
  if (ticket.device !== undefined && ticket.device !== deviceId) {
    return fail({
      kind: 'ticket_not_for_device',
      status: 403,
      text: 'the ticket answers the rescue of another device',
      practitionerId: ticket.sub,
    });
  }
  const proven = await readProof(request.data.proof, publicKey);
  const isProof =
    proven?.device === deviceId && proven.ticket === ticket.jti && proven.aud === organization.baseUrl;
  if (!isProof) {
    return fail({
      kind: 'proof_invalid',
      status: 401,
      text: 'the device did not prove that it holds the key',
    });
  }
  const thumbprint = await calculateJwkThumbprint(toPlainJwk(publicKey));
  return deps.db.transaction().execute(async (trx) => {
    const row = await trx
      .selectFrom('ticket')
      .selectAll()
      .where('jti', '=', ticket.jti)
      .forUpdate()
      .executeTakeFirst();
    if (row === undefined || row.practitioner_id !== ticket.sub) {
      return fail({ kind: 'ticket_invalid', status: 401, text: 'the ticket was not issued here' });
    }
    const practitionerId = row.practitioner_id;
    const answer = {
      device_id: deviceId,
      practitioner_id: practitionerId,
      server_time: toInstant(deps.now),
    };
    if (row.used_by === deviceId && row.used_thumbprint === thumbprint) {
      return ok({ answer, practitionerId, created: false });
    }
    if (row.used_by !== null) {
      const details = {
        'first-key': toFingerprint(row.used_thumbprint ?? ''),
        'second-key': toFingerprint(thumbprint),
      };
      await raiseAlert(trx, deps.now, {
        kind: 'ticket-used-twice',
        subject: `${ticket.jti} ${thumbprint}`,
        practitionerId,
        deviceId: row.used_by,
        details,
      });
      return fail({
        kind: 'ticket_used',
        status: 409,
        text: 'another device has used this ticket',
        practitionerId,
        details,
      });
    }
    if (row.revoked_at !== null) {
      return fail({ kind: 'ticket_revoked', status: 403, text: 'the ticket was withdrawn', practitionerId });
    }
    if (row.expires_at + SKEW_SECONDS * 1000 < deps.now) {
      return fail({ kind: 'ticket_expired', status: 401, text: 'the ticket has expired', practitionerId });
    }
    const taken = await trx
      .selectFrom('device')
      .select('id')
      .where((where) => where.or([where('id', '=', deviceId), where('thumbprint', '=', thumbprint)]))
      .executeTakeFirst();
    if (taken !== undefined) {
      return fail({
        kind: 'proof_invalid',
        status: 401,
        text: 'the device or its key is registered already',
        practitionerId,
      });
    }
    const replaced = await findReplaced(trx, row);
    await trx
      .insertInto('device')
      .values({
        id: deviceId,
        practitioner_id: practitionerId,
        public_key: JSON.stringify(publicKey),
        thumbprint,
        registered_at: deps.now,
        revoked_at: null,
        erased_at: null,
        replaced_by: null,
        audit_chain: replaced === undefined ? null : (replaced.audit_chain ?? replaced.id),
      })
      .execute();
    if (replaced !== undefined) {
      // What the old key signed before this moment still verifies; it opens nothing any more.
      await trx
        .updateTable('device')
        .set({ revoked_at: deps.now, replaced_by: deviceId })
        .where('id', '=', replaced.id)
        .where('revoked_at', 'is', null)
        .execute();
    }
    await trx
      .updateTable('ticket')
      .set({ used_by: deviceId, used_thumbprint: thumbprint, used_at: deps.now })
      .where('jti', '=', ticket.jti)
      .execute();
    return ok({ answer, practitionerId, created: true });
  });
}

/** The claims of a ticket that this organisation signed; its expiry is judged on the server's own record of it. */
async function readTicket(
  organization: Organization,
  jwt: string,
): Promise<Pick<TicketClaims, 'jti' | 'sub' | 'device'> | undefined> {
  try {
    const { payload, protectedHeader } = await compactVerify(jwt, organization.verifyingKey, {
      algorithms: ['ES384'],
    });
    if (protectedHeader.typ !== TICKET_TYPE) return undefined;
    const claims = ticketClaims.parse(JSON.parse(utf8Decode(payload)));
    return claims.iss === organization.id ? claims : undefined;
  } catch {
    return undefined;
  }
}

async function readProof(jws: string, publicKey: SigningJwk): Promise<ProofClaims | undefined> {
  try {
    const key = await importPublicKey(publicKey);
    const { payload } = await compactVerify(jws, key, { algorithms: ['ES384'] });
    return proofClaims.parse(JSON.parse(utf8Decode(payload)));
  } catch {
    return undefined;
  }
}
