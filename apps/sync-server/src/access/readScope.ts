import { type Expression, type SqlBool, sql } from 'kysely';
import type { Actor } from '../write/mutation.ts';

/** What an administrator reads without being in a care team: who there is, not what was written about them. */
const ADMINISTRATIVE = ['Patient', 'CareTeam', 'Practitioner', 'Organization'];

/**
 * S3 as a condition on rows with `type` and `client_id`: the actor's caseload and the organisation's own resources;
 * a supervisor reads all of the organisation's.
 */
export function readScope(actor: Actor): Expression<SqlBool> {
  switch (actor.role) {
    case 'supervisor':
    case 'system':
      return sql<SqlBool>`true`;
    case 'administrator':
      return sql<SqlBool>`type = any(${ADMINISTRATIVE}::text[])`;
    case 'clinician':
      return caseloadScope(actor.practitionerId);
  }
}

/** The caseload alone and the organisation's own resources: what a device receives, whatever its holder's role. */
export function caseloadScope(practitionerId: string | null): Expression<SqlBool> {
  return sql<SqlBool>`(client_id is null or client_id in
    (select client_id from caseload where practitioner_id = ${practitionerId}::text))`;
}
