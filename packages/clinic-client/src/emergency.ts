import { LONGEST_REASON, SHORTEST_REASON } from '@fieldchart/clinical';
import { askEmergencyAccess } from '@fieldchart/fhir-sync';
import type { Clock } from '@fieldchart/foundation';
import type { AuditChain, RecordStore } from '@fieldchart/record-store';
import type { ClinicSession } from './api.ts';
import { markEmergency } from './emergencyMarks.ts';
import type { RunningSync } from './startSync.ts';

/** Asking for a client of somebody else's caseload. Takes the network: the device knows nobody else's clients. */
export function createEmergency(deps: {
  readonly store: RecordStore;
  readonly audit: Pick<AuditChain, 'append'>;
  readonly sync: Pick<RunningSync, 'transport' | 'syncNow'>;
  readonly clock: Clock;
}): Pick<ClinicSession, 'askEmergencyAccess'> {
  const { store, audit, sync, clock } = deps;
  return {
    async askEmergencyAccess({ client, reason }) {
      const { length } = reason.trim();
      if (length < SHORTEST_REASON || length > LONGEST_REASON) {
        return { ok: false, error: { kind: 'reason' } };
      }
      // Before it is asked: whatever becomes of the answer, the device says that it asked.
      await audit.append('emergency-access', { asked: client.by });
      const granted = await askEmergencyAccess(sync.transport, { client, reason });
      if (!granted.ok) return granted;
      const { clientId, until } = granted.value;
      if (until !== null) {
        await audit.append('emergency-access', { client: clientId, until });
        await markEmergency(store.database, { clientId, until, now: clock.now() });
      }
      await sync.syncNow();
      const arrived = (await store.get(`Patient/${clientId}`)) !== undefined;
      return { ok: true, value: { clientId, until, arrived } };
    },
  };
}
