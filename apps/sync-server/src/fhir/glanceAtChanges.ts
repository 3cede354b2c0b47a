import { sql } from 'kysely';
import type { Database } from '../storage/openStorage.ts';

/** What one look at the organisation's counter shows. */
export interface Glance {
  readonly epoch: string;
  readonly sequence: number;
  /** Something that every practitioner reads was written. */
  readonly everybody: boolean;
  /** Practitioners whose caseload was written in, or who gained or lost a client. */
  readonly touched: readonly string[];
}

/**
 * Looks whether the counter has moved beyond a number, and if so whose feeds have something new: one statement, on
 * one snapshot, whose second half runs only if the counter has moved.
 */
export async function glanceAtChanges(db: Database, after: number): Promise<Glance> {
  const { rows } = await sql<{ epoch: string; sequence: number; everybody: boolean; touched: string[] }>`
    select epoch, sequence,
      case when sequence > ${after} then exists (
        select from history where history.sequence > ${after} and client_id is null) else false end as everybody,
      case when sequence > ${after} then array(
        select member.practitioner_id from caseload member
        where member.client_id in (select client_id from history where history.sequence > ${after})
        union
        select practitioner_id from access_change where access_change.sequence > ${after})
      else '{}'::text[] end as touched
    from organization`.execute(db);
  const [glance] = rows;
  if (glance === undefined) throw new Error('the database holds no organisation');
  return glance;
}
