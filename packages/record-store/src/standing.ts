import type { Database } from '@fieldchart/encrypted-sqlite';
import type { RecordStore } from './recordStore.ts';
import { parseResource } from './rows.ts';

/** Reads how things stand with a client, for every screen of theirs: three types, by the index of clients. */
export const STANDING_SQL = `SELECT resource FROM records
  WHERE client_id = ? AND type IN ('Appointment', 'EpisodeOfCare', 'Flag') ORDER BY type, date, key`;

export function createStanding({ database }: { readonly database: Database }): Pick<RecordStore, 'standing'> {
  return {
    async standing(clientId) {
      const rows = await database.all<{ resource: string }>(STANDING_SQL, [clientId]);
      return rows.map(({ resource }) => parseResource(resource));
    },
  };
}
