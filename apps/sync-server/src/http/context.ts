import {
  type Clock,
  type Logger,
  type Random,
  type Timers,
  equalBytes,
  utf8Encode,
} from '@fieldchart/foundation';
import type { FastifyRequest } from 'fastify';
import type { RecordAudit } from '../audit/auditTrail.ts';
import { RequestRefused } from '../fhir/answer.ts';
import type { ChangeWatch } from '../fhir/changeWatch.ts';
import { type TokenHolder, readToken } from '../identity/grantToken.ts';
import type { Organization } from '../identity/organization.ts';
import { type Scope, permits } from '../identity/scopes.ts';
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
  readonly timers: Timers;
  readonly watch: ChangeWatch;
  /** To be told of every write that this server commits. */
  readonly onWritten: () => void;
}

/** The holder of the request's bearer token, for whatever its scope. Without a good one the request ends with 401. */
export async function readBearer(context: ServerContext, request: FastifyRequest): Promise<TokenHolder> {
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

/** As {@link readBearer}; a token whose scope does not cover what is needed ends the request with 403. */
export async function authenticateHolder(
  context: ServerContext,
  request: FastifyRequest,
  needed: Scope,
): Promise<TokenHolder> {
  const holder = await readBearer(context, request);
  requireScope(holder, needed);
  return holder;
}

export async function authenticate(
  context: ServerContext,
  request: FastifyRequest,
  needed: Scope,
): Promise<Actor> {
  return (await authenticateHolder(context, request, needed)).actor;
}

export function requireScope(holder: Pick<TokenHolder, 'scope'>, needed: Scope): void {
  if (permits(holder.scope, needed)) return;
  throw new RequestRefused(refusal(403, 'forbidden', `the token's scope does not cover ${needed}`), {
    headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${needed}"` },
  });
}

/** The operator of this machine, by the token in the data folder, or whose token covers the scope; else 401 or 403. */
export async function authenticateDesk(
  context: ServerContext,
  request: FastifyRequest,
  allowed: DeskAccess,
): Promise<Actor> {
  const given = (request.headers.authorization ?? '').replace(/^Bearer /u, '');
  if (isLoopback(request) && equalBytes(utf8Encode(given), utf8Encode(allowed.operatorToken))) {
    return { practitionerId: null, deviceId: null, role: 'system', address: request.ip };
  }
  return authenticate(context, request, allowed.scope);
}

/** Who may do something of the server's desk. */
export interface DeskAccess {
  readonly operatorToken: string;
  readonly scope: 'desk/admin' | 'desk/review';
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
