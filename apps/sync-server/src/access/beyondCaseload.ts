import type { Database } from '../storage/openStorage.ts';
import type { Actor } from '../write/mutation.ts';

/** Those of the clients whom the actor reads by their role alone: they are in none of the actor's care teams. */
export async function beyondCaseload(
  db: Database,
  actor: Actor,
  clients: Iterable<string>,
): Promise<ReadonlySet<string>> {
  const ids = [...clients];
  if (actor.role === 'clinician' || ids.length === 0) return new Set();
  if (actor.practitionerId === null) return new Set(ids);
  const rows = await db
    .selectFrom('caseload')
    .select('client_id')
    .where('practitioner_id', '=', actor.practitionerId)
    .where('client_id', 'in', ids)
    .execute();
  const own = new Set(rows.map((row) => row.client_id));
  return new Set(ids.filter((id) => !own.has(id)));
}

/** What the audit says of an access that the actor's role alone allows. */
export const BY_ROLE = { details: { reach: 'organization' } } as const;
