import { readScope } from '../access/readScope.ts';
import type { VersionRow } from '../fhir/answer.ts';
import type { Database } from '../storage/openStorage.ts';
import type { Actor } from '../write/mutation.ts';

/** The one value of `_include`: the Patients whom a page of notes is about. */
export const INCLUDE_CLIENTS = 'Composition:patient';

/** The Patients of these ids whom the actor may read. */
export async function includedClients(
  db: Database,
  actor: Actor,
  clients: ReadonlySet<string>,
): Promise<readonly VersionRow[]> {
  if (clients.size === 0) return [];
  return db
    .selectFrom('resource')
    .select(['type', 'id', 'version', 'body', 'written_at'])
    .where('type', '=', 'Patient')
    .where('id', 'in', [...clients])
    .where(readScope(actor))
    .orderBy('id')
    .execute();
}
