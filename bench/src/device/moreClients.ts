import type { Patient } from '@fieldchart/clinical';
import { type Random, randomUuid } from '@fieldchart/foundation';
import type { RecordStore } from '@fieldchart/record-store';

const LAST_UPDATED = '2026-06-01T00:00:00.000Z';

/** Adds clients without notes, named as those who are there, until there are `clients`. */
export async function moreClients(store: RecordStore, clients: number, random: Random): Promise<void> {
  const rows = await store.database.all<{ resource: string }>(
    "SELECT resource FROM records WHERE type = 'Patient' ORDER BY key",
  );
  const known = rows.map(({ resource }) => JSON.parse(resource) as Patient);
  const added = Array.from({ length: Math.max(0, clients - known.length) }, (_, at) => ({
    ...known[at % known.length],
    resourceType: 'Patient' as const,
    id: randomUuid(random),
    meta: { versionId: '1', lastUpdated: LAST_UPDATED },
  }));
  await store.loadCaseload({ resources: added, cursor: 'bench.2' });
}
