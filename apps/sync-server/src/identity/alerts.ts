import { sql } from 'kysely';
import type { AlertKind } from '../storage/tables.ts';
import type { Database } from '../storage/openStorage.ts';

export interface Alert {
  readonly kind: AlertKind;
  /** What it is about: one alert stands for one kind and subject, however often it is seen. */
  readonly subject: string;
  readonly practitionerId?: string;
  readonly deviceId?: string;
  readonly details: Readonly<Record<string, string>>;
}

/** Something for an administrator to look at. Seen again it keeps its first time; one that was closed opens again. */
export async function raiseAlert(db: Database, now: number, alert: Alert): Promise<void> {
  await db
    .insertInto('alert')
    .values({
      kind: alert.kind,
      subject: alert.subject,
      practitioner_id: alert.practitionerId ?? null,
      device_id: alert.deviceId ?? null,
      details: JSON.stringify(alert.details),
      raised_at: now,
      closed_at: null,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['kind', 'subject'])
        .doUpdateSet((row) => ({
          raised_at: row.ref('excluded.raised_at'),
          details: sql`excluded.details`,
          closed_at: null,
        }))
        .where('alert.closed_at', 'is not', null),
    )
    .execute();
}

/** What it was about is as it should be again. */
export async function closeAlert(
  db: Database,
  now: number,
  alert: Pick<Alert, 'kind' | 'subject'>,
): Promise<void> {
  await db
    .updateTable('alert')
    .set({ closed_at: now })
    .where('kind', '=', alert.kind)
    .where('subject', '=', alert.subject)
    .where('closed_at', 'is', null)
    .execute();
}

/** Newest first, the last thousand. */
export async function listAlerts(db: Database) {
  return db.selectFrom('alert').selectAll().orderBy('number', 'desc').limit(1000).execute();
}
