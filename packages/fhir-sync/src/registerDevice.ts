import {
  type RegistrationAnswer,
  type RegistrationRequest,
  type SigningJwk,
  authError,
  registrationAnswer,
} from '@fieldchart/clinical';
import { type Clock, type Result, fail, ok } from '@fieldchart/foundation';
import type { HttpAnswer, HttpTransport } from './httpTransport.ts';
import { parseJson } from './json.ts';

export interface RegistrationInput {
  readonly clock: Clock;
  readonly baseUrl: string;
  /** The JWT inside the ticket, and its `jti`. */
  readonly ticket: string;
  readonly ticketId: string;
  readonly deviceId: string;
  readonly publicKey: SigningJwk;
  /** Proof of possession: a compact JWS over these claims by the device's key. */
  readonly sign: (claims: Readonly<Record<string, unknown>>) => Promise<string>;
}

export type RegistrationProblem =
  /** The server refuses; trying again with the same ticket changes nothing. */
  | {
      readonly kind:
        | 'invalid_request'
        | 'ticket_invalid'
        | 'ticket_expired'
        | 'ticket_used'
        | 'ticket_revoked'
        | 'ticket_not_for_device'
        | 'proof_invalid';
    }
  /** No answer, or not the server's: try again later. */
  | { readonly kind: 'unreachable' };

/**
 * Signs a registration while the key is there to sign it. It may be sent at any later first contact, even when the key
 * is lost by then: so what it signed offline can still be verified after a rescue.
 */
export async function signRegistration(input: RegistrationInput): Promise<RegistrationRequest> {
  const proof = await input.sign({
    aud: input.baseUrl,
    ticket: input.ticketId,
    device: input.deviceId,
    iat: Math.floor(input.clock.now() / 1000),
  });
  return {
    ticket: input.ticket,
    device_id: input.deviceId,
    public_key: input.publicKey,
    proof,
  };
}

/**
 * First contact: gives the server a device's public key against its ticket. Safe to repeat.
 * `transport` goes without authorisation: the device has no token yet.
 */
export async function registerDevice(
  transport: HttpTransport,
  request: RegistrationRequest,
): Promise<Result<RegistrationAnswer, RegistrationProblem>> {
  let answer: HttpAnswer;
  try {
    answer = await transport.request({
      method: 'POST',
      path: '/auth/register',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(request),
      timeoutMs: 30_000,
    });
  } catch {
    return fail({ kind: 'unreachable' });
  }
  return readAnswer(answer);
}

function readAnswer(answer: HttpAnswer): Result<RegistrationAnswer, RegistrationProblem> {
  const json = parseJson(answer.body);
  if (answer.status === 200 || answer.status === 201) {
    const registered = registrationAnswer.safeParse(json);
    return registered.success ? ok(registered.data) : fail({ kind: 'unreachable' });
  }
  const refused = authError.safeParse(json);
  if (!refused.success) return fail({ kind: 'unreachable' });
  switch (refused.data.error) {
    case 'invalid_request':
    case 'ticket_invalid':
    case 'ticket_expired':
    case 'ticket_used':
    case 'ticket_revoked':
    case 'ticket_not_for_device':
    case 'proof_invalid':
      return fail({ kind: refused.data.error });
    case 'invalid_client':
    case 'invalid_scope':
    case 'unsupported_grant_type':
    case 'clock_skew':
      return fail({ kind: 'unreachable' });
  }
}
