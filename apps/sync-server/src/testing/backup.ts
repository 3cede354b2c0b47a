import { sql } from 'kysely';
import type { Database } from '../storage/openStorage.ts';

const TABLES = [
  'organization',
  'practitioner',
  'device',
  'ticket',
  'token_use',
  'resource',
  'history',
  'care_team_member',
  'emergency_access',
  'access_change',
  'audit',
  'sealed_work',
  'review_item',
  'review_entry',
  'rescue_request',
  'device_audit_link',
  'alert',
];

/** Copies every table aside, as a backup does. */
export async function takeBackup(db: Database): Promise<void> {
  await sql.raw('drop schema if exists backup cascade').execute(db);
  await sql.raw('create schema backup').execute(db);
  for (const table of TABLES) {
    await sql.raw(`create table backup.${table} as table public.${table}`).execute(db);
  }
}

/** Puts the copy in the place of what was written since. */
export async function restoreBackup(db: Database): Promise<void> {
  await sql.raw(`truncate ${TABLES.join(', ')} restart identity cascade`).execute(db);
  for (const table of TABLES) {
    await sql
      .raw(`insert into public.${table} overriding system value select * from backup.${table}`)
      .execute(db);
  }
  // What is counted by the database itself goes on where the backup was.
  for (const table of ['audit', 'alert', 'review_item']) {
    await sql
      .raw(
        `select setval(pg_get_serial_sequence('${table}', 'number'), coalesce((select max(number) from ${table}), 0) + 1)`,
      )
      .execute(db);
  }
}
