import type { FhirResource, ResourceKey } from '@fieldchart/clinical';
import { clientOf, referencesOf, resourceKey } from '@fieldchart/clinical';
import { type Transaction, sql } from 'kysely';
import { databaseNow } from '../emergency/databaseNow.ts';
import type { Tables } from '../storage/tables.ts';
import type { ChartState, CurrentVersion, KnownMutation, Team } from './chartState.ts';
import type { Unit } from './mutation.ts';

/** Reads what the units' decisions need, in three statements whatever their number. */
export async function readState(
  trx: Transaction<Tables>,
  units: readonly Unit[],
): Promise<Omit<ChartState, 'versionFloor'>> {
  const keys = new Set<ResourceKey>();
  const mutationIds: string[] = [];
  const clients = new Set<string>();
  for (const entry of units.flatMap((unit) => unit.entries)) {
    const mutationId = entry.ok ? entry.mutation.mutationId : entry.mutationId;
    if (mutationId !== undefined) mutationIds.push(mutationId);
    if (!entry.ok) continue;
    keys.add(resourceKey(entry.mutation.resource));
    for (const key of referencesOf(entry.mutation.resource)) keys.add(key);
    const client = clientOf(entry.mutation.resource);
    if (client !== undefined) {
      clients.add(client);
      keys.add(`Patient/${client}`);
    }
  }
  const current = await readCurrent(trx, [...keys]);
  for (const { clientId } of current.values()) if (clientId !== undefined) clients.add(clientId);
  return {
    current,
    mutations: await readMutations(trx, mutationIds),
    teams: await readTeams(trx, [...clients]),
  };
}

async function readCurrent(
  trx: Transaction<Tables>,
  keys: readonly ResourceKey[],
): Promise<ReadonlyMap<ResourceKey, CurrentVersion>> {
  const wanted = keys.map((key) => key.split('/'));
  const { rows } = await sql<{
    type: string;
    id: string;
    version: number;
    client_id: string | null;
    body: FhirResource;
  }>`select r.type, r.id, r.version, r.client_id, r.body
    from jsonb_to_recordset(${JSON.stringify(wanted.map(([type, id]) => ({ type, id })))}::jsonb)
      as wanted(type text, id text)
    join resource r on r.type = wanted.type and r.id = wanted.id`.execute(trx);
  return new Map(
    rows.map((row) => [
      `${row.type}/${row.id}`,
      { resource: row.body, version: row.version, clientId: row.client_id ?? undefined },
    ]),
  );
}

async function readMutations(
  trx: Transaction<Tables>,
  mutationIds: readonly string[],
): Promise<ReadonlyMap<string, KnownMutation>> {
  if (mutationIds.length === 0) return new Map();
  const { rows } = await sql<{
    mutation_id: string;
    type: string;
    id: string;
    version: number;
    written_at: number;
    created: boolean;
    practitioner_id: string | null;
  }>`select h.mutation_id, h.type, h.id, h.version, h.written_at, h.created, h.practitioner_id
    from jsonb_array_elements_text(${JSON.stringify(mutationIds)}::jsonb) as wanted(id)
    join history h on h.mutation_id = wanted.id`.execute(trx);
  return new Map(
    rows.map((row) => [
      row.mutation_id,
      {
        key: `${row.type}/${row.id}`,
        version: row.version,
        writtenAt: row.written_at,
        created: row.created,
        practitionerId: row.practitioner_id,
      },
    ]),
  );
}

async function readTeams(
  trx: Transaction<Tables>,
  clients: readonly string[],
): Promise<ReadonlyMap<string, Team>> {
  if (clients.length === 0) return new Map();
  const { rows } = await sql<{ care_team_id: string; client_id: string; practitioner_id: string }>`
    select m.care_team_id, m.client_id, m.practitioner_id
    from jsonb_array_elements_text(${JSON.stringify(clients)}::jsonb) as wanted(id)
    join care_team_member m on m.client_id = wanted.id
    union all
    -- Emergency access counts as a care team of its own, under a name that no resource has.
    select 'emergency-access/' || e.id, e.client_id, e.practitioner_id
    from jsonb_array_elements_text(${JSON.stringify(clients)}::jsonb) as wanted(id)
    join emergency_access e on e.client_id = wanted.id
    where e.ended_at is null and e.expires_at > ${databaseNow}`.execute(trx);
  const teams = new Map<string, { clientId: string; members: Set<string> }>();
  for (const row of rows) {
    const team = teams.get(row.care_team_id) ?? { clientId: row.client_id, members: new Set<string>() };
    team.members.add(row.practitioner_id);
    teams.set(row.care_team_id, team);
  }
  return teams;
}
