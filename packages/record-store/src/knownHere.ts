import type { ResourceKey } from '@fieldchart/clinical';
import type { Database } from '@fieldchart/encrypted-sqlite';
import type { KnownHere } from './search.ts';

/** Of records that the server names, those on which this device has the word: see `RecordStore.knownHere`. */
export async function knownHere(
  database: Database,
  keys: readonly ResourceKey[],
): Promise<ReadonlyMap<ResourceKey, KnownHere>> {
  if (keys.length === 0) return new Map();
  const named = JSON.stringify(keys);
  const within = 'key IN (SELECT value FROM json_each(?))';
  // A later row of the same record outweighs an earlier one.
  const rows = await database.all<{ key: string; state: KnownHere }>(
    `SELECT key, 'aged-out' AS state, 0 AS weight FROM aged_out WHERE ${within}
     UNION ALL SELECT key, 'deleted', 1 FROM tombstones WHERE ${within}
     UNION ALL SELECT key, 'deleted', 1 FROM outbox WHERE kind = 'delete' AND ${within}
     UNION ALL SELECT key, 'here', 2 FROM records WHERE ${within}
     ORDER BY weight`,
    [named, named, named, named],
  );
  return new Map(rows.map(({ key, state }) => [key, state]));
}
