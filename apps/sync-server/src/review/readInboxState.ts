import type { ResourceKey } from '@fieldchart/clinical';
import { referencesOf } from '@fieldchart/clinical';
import { type Transaction, sql } from 'kysely';
import type { Tables } from '../storage/tables.ts';
import type { Actor, Entry } from '../write/mutation.ts';
import { readState } from '../write/readState.ts';
import type { HeldEntry, InboxState } from './decideReview.ts';

/** Reads what decisions about late work need. */
export async function readInboxState(
  trx: Transaction<Tables>,
  actor: Actor,
  entries: readonly Entry[],
): Promise<InboxState> {
  const mutationIds = entries.flatMap((entry) => {
    const id = entry.ok ? entry.mutation.mutationId : entry.mutationId;
    return id === undefined ? [] : [id];
  });
  const targets = entries.flatMap((entry) => (entry.ok ? referencesOf(entry.mutation.resource) : []));
  return {
    chart: await readState(trx, [{ entries, signers: new Map() }]),
    held: await readHeld(trx, mutationIds),
    filed: await readFiled(trx, actor, targets),
    clients: await readClients(trx, actor),
  };
}

async function readHeld(
  trx: Transaction<Tables>,
  mutationIds: readonly string[],
): Promise<ReadonlyMap<string, HeldEntry>> {
  const { rows } = await sql<{
    mutation_id: string;
    item_id: string;
    received_at: number;
    type: string;
    id: string;
    practitioner_id: string;
  }>`select e.mutation_id, e.item_id, e.type, e.id, i.received_at, i.practitioner_id
    from jsonb_array_elements_text(${JSON.stringify(mutationIds)}::jsonb) as wanted(id)
    join review_entry e on e.mutation_id = wanted.id
    join review_item i on i.id = e.item_id`.execute(trx);
  return new Map(
    rows.map((row) => [
      row.mutation_id,
      {
        itemId: row.item_id,
        receivedAt: row.received_at,
        key: `${row.type}/${row.id}`,
        practitionerId: row.practitioner_id,
      },
    ]),
  );
}

/** Under which client the author's own late work is filed: a signature may come after what it signs. */
async function readFiled(
  trx: Transaction<Tables>,
  actor: Actor,
  keys: readonly ResourceKey[],
): Promise<InboxState['filed']> {
  const wanted = keys.map((key) => key.split('/')).map(([type, id]) => ({ type, id }));
  const { rows } = await sql<{ type: string; id: string; client_id: string }>`
    select e.type, e.id, e.client_id
    from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as wanted(type text, id text)
    join review_entry e on e.type = wanted.type and e.id = wanted.id
    join review_item i on i.id = e.item_id
    where i.practitioner_id = ${actor.practitionerId}::text`.execute(trx);
  return new Map(rows.map((row) => [`${row.type}/${row.id}`, { clientId: row.client_id }]));
}

/** Every client in whose care team the practitioner was: whoever gained access, once, has been in it. */
async function readClients(trx: Transaction<Tables>, actor: Actor): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ client_id: string }>`
    select client_id from access_change where practitioner_id = ${actor.practitionerId}::text and gained
    union
    select client_id from care_team_member where practitioner_id = ${actor.practitionerId}::text`.execute(
    trx,
  );
  return new Set(rows.map((row) => row.client_id));
}
