import { type Clock, type Random, randomUuid } from '@fieldchart/foundation';
import type { Database } from '../storage/openStorage.ts';
import { type AuditedEvent, toAuditEvent } from './auditEvent.ts';

export interface AuditRow {
  readonly id: string;
  readonly recorded: number;
  readonly action: string;
  readonly client_id: string | null;
  readonly found: string[];
  readonly practitioner_id: string | null;
  readonly device_id: string | null;
  readonly body: string;
}

/** The row of an event, to be inserted alone or by the writing statement itself. */
export function toAuditRow(event: AuditedEvent, random: Random, recorded: number): AuditRow {
  const id = randomUuid(random);
  return {
    id,
    recorded,
    action: event.action,
    client_id: event.clientId ?? null,
    found: (event.found ?? []).map(({ clientId }) => clientId),
    practitioner_id: event.actor.practitionerId,
    device_id: event.actor.deviceId,
    body: JSON.stringify(toAuditEvent(event, id, recorded)),
  };
}

/** Records events before their answer leaves: what was not recorded is not shown (S3). */
export type RecordAudit = (...events: readonly AuditedEvent[]) => Promise<void>;

export function createAuditTrail(deps: { db: Database; clock: Clock; random: Random }): RecordAudit {
  return async (...events) => {
    if (events.length === 0) return;
    const now = deps.clock.now();
    await deps.db
      .insertInto('audit')
      .values(events.map((event) => toAuditRow(event, deps.random, now)))
      .execute();
  };
}
