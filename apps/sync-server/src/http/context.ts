import type { Clock, Logger, Random } from '@fieldchart/foundation';
import type { FastifyRequest } from 'fastify';
import type { RecordAudit } from '../audit/auditTrail.ts';
import { RequestRefused } from '../fhir/answer.ts';
import { readToken } from '../identity/grantToken.ts';
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

/** The holder of the request's bearer token; without a good one the request ends with 401. */
export async function authenticate(context: ServerContext, request: FastifyRequest): Promise<Actor> {
  const token = /^Bearer ([\w.~+/-]+=*)$/iu.exec(request.headers.authorization ?? '')?.[1];
  const actor =
    token === undefined
      ? undefined
      : await readToken({ db: context.db, now: context.clock.now() }, context.organization, token);
  if (actor === undefined) {
    throw new RequestRefused(refusal(401, 'login', 'a valid access token is needed'), {
      headers: { 'www-authenticate': 'Bearer' },
    });
  }
  return { ...actor, address: request.ip };
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
