import type { Database } from '../storage/openStorage.ts';

/**
 * The registered device whose place a ticket's holder takes, if the ticket answers a rescue. The device that asked may
 * itself have come of a rescue and never have reached the server: then it is the one that its own ticket names.
 */
export async function findReplaced(
  db: Database,
  ticket: { readonly replaces: string | null; readonly practitioner_id: string },
): Promise<{ readonly id: string; readonly audit_chain: string | null } | undefined> {
  const passed = new Set<string>();
  let named = ticket.replaces;
  while (named !== null && !passed.has(named)) {
    passed.add(named);
    const device = await db
      .selectFrom('device')
      .select(['id', 'audit_chain'])
      .where('id', '=', named)
      .where('practitioner_id', '=', ticket.practitioner_id)
      .executeTakeFirst();
    if (device !== undefined) return device;
    const before = await db
      .selectFrom('ticket')
      .select('replaces')
      .where('for_device', '=', named)
      .where('practitioner_id', '=', ticket.practitioner_id)
      .orderBy('issued_at', 'desc')
      .executeTakeFirst();
    named = before?.replaces ?? null;
  }
  return undefined;
}
