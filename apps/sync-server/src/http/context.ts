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

/**
 * The holder of the request's bearer token; without a good one the request ends with 401, and with that of a withdrawn
 * device with 403.
 */
export async function authenticate(context: ServerContext, request: FastifyRequest): Promise<Actor> {
  return (await authenticateHolder(context, request)).actor;
}

/** As {@link authenticate}, for who has to know when the token ends. */
export async function authenticateHolder(
  context: ServerContext,
  request: FastifyRequest,
): Promise<TokenHolder> {
  const holder = await readBearer(context, request);
  if (holder.withdrawn) throw new RequestRefused(refusal(403, 'forbidden', 'the device was withdrawn'));
  return holder;
}

/** A device, whether it was withdrawn or not. */
export async function authenticateDevice(context: ServerContext, request: FastifyRequest): Promise<Actor> {
  return (await readBearer(context, request)).actor;
}

/** The holder of a withdrawn device's token; any other request ends with 401 or 403. */
export async function authenticateWithdrawn(context: ServerContext, request: FastifyRequest): Promise<Actor> {
  const { actor, withdrawn } = await readBearer(context, request);
  if (!withdrawn) throw new RequestRefused(refusal(403, 'forbidden', 'this is for withdrawn devices'));
  return actor;
}

/** Who may do something of the server's desk, besides the operator of this machine. */
export type DeskRole = 'administrator' | 'supervisor';

/**
 * The operator of this machine, by the token in the data folder, or one of the roles; others end with 401 or 403.
 */
export async function authenticateDesk(
  context: ServerContext,
  request: FastifyRequest,
  allowed: { readonly operatorToken: string; readonly roles: readonly DeskRole[] },
): Promise<Actor> {
  const given = (request.headers.authorization ?? '').replace(/^Bearer /u, '');
  if (isLoopback(request) && equalBytes(utf8Encode(given), utf8Encode(allowed.operatorToken))) {
    return { practitionerId: null, deviceId: null, role: 'system', address: request.ip };
  }
  const actor = await authenticate(context, request);
  if (!allowed.roles.some((role) => role === actor.role)) {
    throw new RequestRefused(refusal(403, 'forbidden', `this is for ${allowed.roles.join('s and ')}s`));
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
