import { type Transaction, sql } from 'kysely';
import type { AuditedEvent } from '../audit/auditEvent.ts';
import { toAuditRow } from '../audit/auditTrail.ts';
import type { Database } from '../storage/openStorage.ts';
import type { Tables } from '../storage/tables.ts';
import type { Actor } from '../write/mutation.ts';
import { type WriteDeps, lockOrganization } from '../write/writeUnits.ts';
import { databaseNow } from './databaseNow.ts';

const nobody: Actor = { practitionerId: null, deviceId: null, role: 'system' };

/**
 * Tells the feed of emergency access that has run out: from then on devices are told to let the client go. That nothing
 * is shown of the client does not wait for this: access itself is asked of the clock, at every request.
 */
export async function endExpired(deps: WriteDeps): Promise<void> {
  if (!(await isAnyExpired(deps.db))) return;
  await end(deps, nobody, (trx) =>
    trx
      .updateTable('emergency_access')
      .set((row) => ({ ended_at: row.ref('expires_at') }))
      .where('ended_at', 'is', null)
      .where('expires_at', '<=', databaseNow)
      .returning(['id', 'practitioner_id', 'client_id'])
      .execute(),
  );
}

/** Ends one before its time; false where there is none that stands. */
export async function endAccess(deps: WriteDeps, id: string, actor: Actor): Promise<boolean> {
  const ended = await end(deps, actor, (trx) =>
    trx
      .updateTable('emergency_access')
      .set({ ended_at: databaseNow })
      .where('id', '=', id)
      .where('ended_at', 'is', null)
      .returning(['id', 'practitioner_id', 'client_id'])
      .execute(),
  );
  return ended > 0;
}

interface Ended {
  readonly id: string;
  readonly practitioner_id: string;
  readonly client_id: string;
}

async function isAnyExpired(db: Database): Promise<boolean> {
  const found = await db
    .selectFrom('emergency_access')
    .select('id')
    .where('ended_at', 'is', null)
    .where('expires_at', '<=', databaseNow)
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}

/** Ends, tells the feed and the audit trail, in one transaction (S1). Yields how many ended. */
async function end(
  deps: WriteDeps,
  actor: Actor,
  choose: (trx: Transaction<Tables>) => Promise<readonly Ended[]>,
): Promise<number> {
  const ended = await deps.db.transaction().execute(async (trx) => {
    const { lastSequence, now } = await lockOrganization(trx, 0, deps.clock.now());
    const chosen = await choose(trx);
    if (chosen.length === 0) return 0;
    await tellLost(trx, chosen, lastSequence);
    await trx
      .insertInto('audit')
      .values(chosen.map((one) => toAuditRow(auditOf(one, actor), deps.random, now)))
      .execute();
    return chosen.length;
  });
  if (ended > 0) deps.onWritten?.();
  return ended;
}

/** A client is lost to whoever has nothing else that gives access to them. */
async function tellLost(
  trx: Transaction<Tables>,
  ended: readonly Ended[],
  lastSequence: number,
): Promise<void> {
  await sql`with
    lost as (
      insert into access_change (sequence, practitioner_id, client_id, gained)
      select ${lastSequence}::bigint + row_number() over (), practitioner_id, client_id, false
      from (select distinct practitioner_id, client_id
        from jsonb_to_recordset(${JSON.stringify(ended)}::jsonb) as e(practitioner_id text, client_id text)) as ended
      where not exists (select from caseload other
        where other.practitioner_id = ended.practitioner_id and other.client_id = ended.client_id)
      returning 1)
    update organization set sequence = ${lastSequence}::bigint + (select count(*) from lost)`.execute(trx);
}

function auditOf({ id, practitioner_id, client_id }: Ended, actor: Actor): AuditedEvent {
  return {
    action: 'emergency-access-ended',
    actor,
    outcome: '0',
    clientId: client_id,
    details: { access: id, practitioner: practitioner_id },
  };
}
