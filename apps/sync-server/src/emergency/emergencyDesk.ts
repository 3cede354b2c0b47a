import { toAuditRow } from '../audit/auditTrail.ts';
import { closeAlert } from '../identity/alerts.ts';
import type { Actor } from '../write/mutation.ts';
import type { WriteDeps } from '../write/writeUnits.ts';
import { databaseNow } from './databaseNow.ts';

export interface ListedAccess {
  readonly id: string;
  /** Whose it is, by name. */
  readonly practitioner: string;
  readonly clientId: string;
  readonly reason: string;
  readonly grantedAt: number;
  readonly expiresAt: number;
  /** Before its time or at it; null while it stands. */
  readonly endedAt: number | null;
  readonly reviewedAt: number | null;
}

/** Emergency access that was given, newest first, the last thousand. That they were looked at is audited. */
export async function listAccess(deps: WriteDeps, actor: Actor): Promise<readonly ListedAccess[]> {
  const rows = await deps.db
    .selectFrom('emergency_access as access')
    .innerJoin('practitioner', 'practitioner.id', 'access.practitioner_id')
    .select(['access.id', 'practitioner.name', 'access.client_id', 'access.reason', 'access.granted_at'])
    .select(['access.expires_at', 'access.ended_at', 'access.reviewed_at'])
    .orderBy('access.granted_at', 'desc')
    .limit(1000)
    .execute();
  const event = { action: 'emergency-access-listed', actor, outcome: '0' } as const;
  await deps.db
    .insertInto('audit')
    .values(toAuditRow(event, deps.random, deps.clock.now()))
    .execute();
  return rows.map((row) => ({
    id: row.id,
    practitioner: row.name,
    clientId: row.client_id,
    reason: row.reason,
    grantedAt: row.granted_at,
    expiresAt: row.expires_at,
    endedAt: row.ended_at,
    reviewedAt: row.reviewed_at,
  }));
}

/** Somebody has looked at it and answers for that: its alert closes. False where there is none of this id. */
export async function markReviewed(deps: WriteDeps, id: string, actor: Actor): Promise<boolean> {
  return deps.db.transaction().execute(async (trx) => {
    const reviewed = await trx
      .updateTable('emergency_access')
      .set({ reviewed_at: databaseNow })
      .where('id', '=', id)
      .returning('client_id')
      .executeTakeFirst();
    if (reviewed === undefined) return false;
    const now = deps.clock.now();
    await closeAlert(trx, now, { kind: 'emergency-access', subject: id });
    const event = {
      action: 'emergency-access-reviewed',
      actor,
      outcome: '0',
      clientId: reviewed.client_id,
      details: { access: id },
    } as const;
    await trx
      .insertInto('audit')
      .values(toAuditRow(event, deps.random, now))
      .execute();
    return true;
  });
}
