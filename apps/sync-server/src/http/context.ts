import { type Clock, type Logger, type Random, equalBytes, utf8Encode } from '@fieldchart/foundation';
import type { FastifyRequest } from 'fastify';
import type { RecordAudit } from '../audit/auditTrail.ts';
import { RequestRefused } from '../fhir/answer.ts';
import { type TokenHolder, readToken } from '../identity/grantToken.ts';
import type { Organization } from '../identity/organization.ts';
import type { Database } from '../storage/openStorage.ts';
import { type Actor, refusal } from '../write/mutation.ts';

/** What every route works with. */
export interface ServerContext {
  readonly db: Database;
  readonly organization: Organization;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly audit: RecordAudit;
}

/**
 * The holder of the request's bearer token; without a good one the request ends with 401, and with that of a withdrawn
 * device with 403.
 */
export async function authenticate(context: ServerContext, request: FastifyRequest): Promise<Actor> {
  const { actor, withdrawn } = await readBearer(context, request);
  if (withdrawn) throw new RequestRefused(refusal(403, 'forbidden', 'the device was withdrawn'));
  return actor;
}

/** The holder of a withdrawn device's token; any other request ends with 401 or 403. */
export async function authenticateWithdrawn(context: ServerContext, request: FastifyRequest): Promise<Actor> {
  const { actor, withdrawn } = await readBearer(context, request);
  if (!withdrawn) throw new RequestRefused(refusal(403, 'forbidden', 'this is for withdrawn devices'));
  return actor;
}

/** The operator of this machine, by the token in the data folder, or an administrator; others end with 401 or 403. */
export async function authenticateAdministrator(
  context: ServerContext,
  request: FastifyRequest,
  operatorToken: string,
): Promise<Actor> {
  const given = (request.headers.authorization ?? '').replace(/^Bearer /u, '');
  if (isLoopback(request) && equalBytes(utf8Encode(given), utf8Encode(operatorToken))) {
    return { practitionerId: null, deviceId: null, role: 'system', address: request.ip };
  }
  const actor = await authenticate(context, request);
  if (actor.role !== 'administrator') {
    throw new RequestRefused(refusal(403, 'forbidden', 'this is for administrators'));
  }
  return actor;
}

async function readBearer(context: ServerContext, request: FastifyRequest): Promise<TokenHolder> {
  const token = /^Bearer ([\w.~+/-]+=*)$/iu.exec(request.headers.authorization ?? '')?.[1];
  const holder =
    token === undefined
      ? undefined
      : await readToken({ db: context.db, now: context.clock.now() }, context.organization, token);
  if (holder === undefined) {
    throw new RequestRefused(refusal(401, 'login', 'a valid access token is needed'), {
      headers: { 'www-authenticate': 'Bearer' },
    });
  }
  return { ...holder, actor: { ...holder.actor, address: request.ip } };
}

/** True when the request comes from this machine, and by its name: a page of elsewhere that has itself resolved here is not. */
export function isLoopback(request: FastifyRequest): boolean {
  const address = request.socket.remoteAddress ?? '';
  const host = (request.headers.host ?? '').replace(/:\d+$/u, '');
  return (
    /^(?:::ffff:)?127\.|^::1$/u.test(address) &&
    (host === 'localhost' || host === '127.0.0.1' || host === '[::1]')
  );
}
