import type { EmergencyClient, EmergencyGrant, EmergencyRequest } from '@fieldchart/clinical';
import { type Result, fail, ok, randomUuid, toInstant } from '@fieldchart/foundation';
import { type Transaction, sql } from 'kysely';
import type { AuditedEvent } from '../audit/auditEvent.ts';
import { toAuditRow } from '../audit/auditTrail.ts';
import { raiseAlert } from '../identity/alerts.ts';
import type { Tables } from '../storage/tables.ts';
import type { Actor } from '../write/mutation.ts';
import { type WriteDeps, lockOrganization } from '../write/writeUnits.ts';
import { databaseNow } from './databaseNow.ts';
import { findClient } from './findClient.ts';

/** How many a practitioner may ask for within an hour, found or not. */
export const ASKED_PER_HOUR = 10;
const HOUR = 3_600_000;

export interface EmergencyRefusal {
  /**
   * `off`: the policy has none. `too-many`: within the hour. Both are said before anybody is looked for.
   * `nobody`: none or several.
   */
  readonly kind: 'off' | 'too-many' | 'nobody';
}

/**
 * Breaks the glass for one client. Access, what the feed tells of it, alert and audit are one transaction, whose first
 * statement takes the organisation's counter (S1), so that of many requests at once each is counted. Every request is
 * audited with its purpose and its reason, and what was asked for.
 */
export async function grantAccess(
  deps: WriteDeps,
  actor: Actor & { readonly practitionerId: string },
  request: EmergencyRequest,
): Promise<Result<EmergencyGrant, EmergencyRefusal>> {
  const outcome = await deps.db.transaction().execute(async (trx) => {
    const { lastSequence, now } = await lockOrganization(trx, 1, deps.clock.now());
    const decided = await decide(trx, { deps, actor, request, sequence: lastSequence, now });
    await trx
      .insertInto('audit')
      .values(toAuditRow(auditOf(actor, request, decided), deps.random, now))
      .execute();
    return decided;
  });
  if (outcome.ok) deps.onWritten?.();
  return outcome;
}

interface Asked {
  readonly deps: WriteDeps;
  readonly actor: Actor & { readonly practitionerId: string };
  readonly request: EmergencyRequest;
  /** The number that is free for the change of access. */
  readonly sequence: number;
  readonly now: number;
}

async function decide(
  trx: Transaction<Tables>,
  asked: Asked,
): Promise<Result<EmergencyGrant, EmergencyRefusal>> {
  const { actor, request, now } = asked;
  const { emergency_hours: hours } = await trx
    .selectFrom('organization')
    .select('emergency_hours')
    .executeTakeFirstOrThrow();
  if (hours === null) return fail({ kind: 'off' });
  const { tries } = await trx
    .selectFrom('audit')
    .select((row) => row.fn.countAll<number>().as('tries'))
    .where('action', '=', 'emergency-access')
    .where('practitioner_id', '=', actor.practitionerId)
    .where('recorded', '>', now - HOUR)
    // Those that were turned away do not count, or a waiting clinician would never be let in again.
    .where(sql<boolean>`body->>'outcome' <> '8'`)
    .executeTakeFirstOrThrow();
  if (tries >= ASKED_PER_HOUR) return fail({ kind: 'too-many' });
  const clientId = await findClient(trx, request.client);
  if (clientId === undefined) return fail({ kind: 'nobody' });
  const until =
    (await standingAccess(trx, actor.practitionerId, clientId)) ?? (await give(trx, asked, clientId, hours));
  return ok({ clientId, until: until === 'caseload' ? null : toInstant(until) });
}

/** What gives the practitioner the client already: the caseload, or an emergency access and when it ends. */
async function standingAccess(
  trx: Transaction<Tables>,
  practitionerId: string,
  clientId: string,
): Promise<number | 'caseload' | undefined> {
  const member = await trx
    .selectFrom('care_team_member')
    .select('client_id')
    .where('practitioner_id', '=', practitionerId)
    .where('client_id', '=', clientId)
    .executeTakeFirst();
  if (member !== undefined) return 'caseload';
  const open = await trx
    .selectFrom('emergency_access')
    .select('expires_at')
    .where('practitioner_id', '=', practitionerId)
    .where('client_id', '=', clientId)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', databaseNow)
    .executeTakeFirst();
  return open?.expires_at;
}

async function give(
  trx: Transaction<Tables>,
  { deps, actor, request, sequence, now }: Asked,
  clientId: string,
  hours: number,
): Promise<number> {
  const { practitionerId, deviceId } = actor;
  const given = await trx
    .insertInto('emergency_access')
    .values({
      id: randomUuid(deps.random),
      practitioner_id: practitionerId,
      device_id: deviceId,
      client_id: clientId,
      reason: request.reason,
      granted_at: databaseNow,
      expires_at: sql<number>`${databaseNow} + ${hours * HOUR}::bigint`,
      ended_at: null,
      reviewed_at: null,
    })
    .returning(['id', 'expires_at'])
    .executeTakeFirstOrThrow();
  await trx
    .insertInto('access_change')
    .values({ sequence, practitioner_id: practitionerId, client_id: clientId, gained: true })
    .execute();
  await raiseAlert(trx, now, {
    kind: 'emergency-access',
    subject: given.id,
    practitionerId,
    ...(deviceId === null ? {} : { deviceId }),
    details: { practitioner: practitionerId, client: clientId, until: toInstant(given.expires_at) },
  });
  return given.expires_at;
}

function auditOf(
  actor: Actor,
  { client, reason }: EmergencyRequest,
  decided: Result<EmergencyGrant, EmergencyRefusal>,
): AuditedEvent {
  const asked = { action: 'emergency-access', actor, query: queryOf(client) } as const;
  if (decided.ok) {
    const { clientId, until } = decided.value;
    return { ...asked, outcome: '0', clientId, details: { reason, until: until ?? 'caseload' } };
  }
  const { kind } = decided.error;
  return { ...asked, outcome: kind === 'nobody' ? '4' : '8', details: { reason, refused: kind } };
}

const queryOf = (client: EmergencyClient): string =>
  new URLSearchParams(
    client.by === 'identifier'
      ? { identifier: client.identifier }
      : { family: client.family, birthdate: client.birthDate },
  ).toString();
