import { type Clock, type Random } from '@fieldchart/foundation';
import { type Transaction, sql } from 'kysely';
import type { AuditedEvent } from '../audit/auditEvent.ts';
import { toAuditRow } from '../audit/auditTrail.ts';
import type { Database } from '../storage/openStorage.ts';
import type { Tables } from '../storage/tables.ts';
import { type AccessDifference, type ChartState, accessDifferences } from './chartState.ts';
import type { AcceptedVersion } from './decideUnit.ts';
import { decideUnits } from './decideUnits.ts';
import type { Actor, Refusal, Unit, UnitOutcome } from './mutation.ts';
import { readState } from './readState.ts';
import { searchDocument } from '../search/searchDocument.ts';
import { searchColumns } from './searchColumns.ts';

export interface WriteDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly random: Random;
  /** Called once something is committed that others may be waiting for. */
  readonly onWritten?: () => void;
}

/** What is to be done in the transaction of a write, once its outcome is known. What it throws undoes the write. */
export type AlsoWrite = (
  trx: Transaction<Tables>,
  result: { readonly outcomes: readonly UnitOutcome[]; readonly now: number },
) => Promise<void>;

/**
 * The server's write. In one transaction: lock and bump the organisation's counter, which puts all writers in line
 * (S1); read what the decisions need; decide each unit in order on the state that the ones before it left; then
 * write resources, history with mutation ids, care teams, access changes and audit in one statement.
 */
export async function writeUnits(
  deps: WriteDeps,
  actor: Actor,
  units: readonly Unit[],
  also?: AlsoWrite,
): Promise<readonly UnitOutcome[]> {
  const entries = units.reduce((count, unit) => count + unit.entries.length, 0);
  let wrote = false;
  const decided = await deps.db.transaction().execute(async (trx) => {
    const { lastSequence, now, versionFloor } = await lockOrganization(trx, entries, deps.clock.now());
    const before: ChartState = { ...(await readState(trx, units)), versionFloor };
    const { state, accepted, refused, outcomes } = decideUnits(before, units, actor, now);
    await apply(trx, {
      accepted,
      access: accessDifferences(before.teams, state.teams),
      teams: state,
      audit: [...auditOfWrites(accepted, actor), ...auditOfRefusals(refused, actor)],
      firstSequence: lastSequence - entries + 1,
      lastSequence,
      now,
      actor,
      random: deps.random,
    });
    await also?.(trx, { outcomes, now });
    wrote = accepted.length > 0;
    return outcomes;
  });
  if (wrote) deps.onWritten?.();
  return decided;
}

/** The first statement of every write: at READ COMMITTED nothing read before it could be relied upon. */
export async function lockOrganization(
  trx: Transaction<Tables>,
  count: number,
  now: number,
): Promise<{ lastSequence: number; now: number; versionFloor: number }> {
  const row = await trx
    .updateTable('organization')
    .set({
      sequence: sql<number>`sequence + ${count}::bigint`,
      last_written: sql<number>`greatest(last_written, ${now}::bigint)`,
    })
    .returning(['sequence', 'last_written', 'version_floor'])
    .executeTakeFirstOrThrow();
  return { lastSequence: row.sequence, now: row.last_written, versionFloor: row.version_floor };
}

interface Application {
  readonly accepted: readonly AcceptedVersion[];
  readonly access: readonly AccessDifference[];
  readonly teams: ChartState;
  readonly audit: readonly AuditedEvent[];
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly now: number;
  readonly actor: Actor;
  readonly random: Random;
}

async function apply(trx: Transaction<Tables>, application: Application): Promise<void> {
  const { accepted, access, audit, firstSequence, lastSequence, now, actor, random } = application;
  if (access.length > 0) {
    await trx
      .updateTable('organization')
      .set({ sequence: lastSequence + access.length })
      .execute();
  }
  const newest = new Map(accepted.map((version) => [version.key, version.version]));
  const versions = accepted.map((version, at) => ({
    sequence: firstSequence + at,
    type: version.resource.resourceType,
    id: version.resource.id,
    version: version.version,
    client_id: version.clientId ?? null,
    body: withoutServerMeta(version.resource),
    mutation_id: version.mutationId ?? null,
    created: version.created,
    newest: newest.get(version.key) === version.version,
    ...searchColumns(version.resource),
    ...searchDocument(version.resource),
  }));
  const touchedTeams = accepted.flatMap(({ resource }) =>
    resource.resourceType === 'CareTeam' ? [resource.id] : [],
  );
  const members = [...new Set(touchedTeams)].flatMap((id) => {
    const team = application.teams.teams.get(id);
    return [...(team?.members ?? [])].map((practitioner_id) => ({
      care_team_id: id,
      client_id: team?.clientId,
      practitioner_id,
    }));
  });
  const accessRows = access.map((difference, at) => ({
    sequence: lastSequence + 1 + at,
    practitioner_id: difference.practitionerId,
    client_id: difference.clientId,
    gained: difference.gained,
  }));
  const auditRows = audit.map((event) => toAuditRow(event, random, now));
  const { practitionerId, deviceId } = actor;
  await sql`with
    version as (
      select * from jsonb_to_recordset(${JSON.stringify(versions)}::jsonb) as v(
        sequence bigint, type text, id text, version integer, client_id text, body jsonb, mutation_id text,
        created boolean, newest boolean, status text, date text, codes jsonb, names text, phones jsonb, note_number bigint,
        note_words tsvector, client_line text, client_sort text, client_keys jsonb,
        client_groups jsonb, analyser integer)),
    member as (
      select * from jsonb_to_recordset(${JSON.stringify(members)}::jsonb)
        as m(care_team_id text, client_id text, practitioner_id text)),
    written_history as (
      insert into history (sequence, type, id, version, client_id, body, written_at, mutation_id, practitioner_id,
        device_id, created)
      select sequence, type, id, version, client_id, body, ${now}::bigint, mutation_id, ${practitionerId}::text,
        ${deviceId}::text, created
      from version),
    written_resource as (
      insert into resource (type, id, version, client_id, body, written_at, status, date, codes, names, phones,
        note_number, note_words, client_line, client_sort, client_keys, client_groups, analyser)
      select type, id, version, client_id, body, ${now}::bigint, status, date,
        array(select jsonb_array_elements_text(codes)), names, array(select jsonb_array_elements_text(phones)),
        note_number, note_words, client_line, client_sort, array(select jsonb_array_elements_text(client_keys)),
        array(select jsonb_array_elements_text(client_groups)), analyser
      from version where newest
      on conflict (type, id) do update set version = excluded.version, client_id = excluded.client_id,
        body = excluded.body, written_at = excluded.written_at, status = excluded.status, date = excluded.date,
        codes = excluded.codes, names = excluded.names, phones = excluded.phones,
        note_number = excluded.note_number, note_words = excluded.note_words, client_line = excluded.client_line,
        client_sort = excluded.client_sort, client_keys = excluded.client_keys,
        client_groups = excluded.client_groups, analyser = excluded.analyser),
    left_team as (
      delete from care_team_member old
      where old.care_team_id in (select jsonb_array_elements_text(${JSON.stringify(touchedTeams)}::jsonb))
        and not exists (select from member
          where member.care_team_id = old.care_team_id and member.practitioner_id = old.practitioner_id)),
    joined_team as (
      insert into care_team_member (care_team_id, client_id, practitioner_id)
      select care_team_id, client_id, practitioner_id from member
      on conflict (care_team_id, practitioner_id) do nothing),
    changed_access as (
      insert into access_change (sequence, practitioner_id, client_id, gained)
      select sequence, practitioner_id, client_id, gained
      from jsonb_to_recordset(${JSON.stringify(accessRows)}::jsonb)
        as a(sequence bigint, practitioner_id text, client_id text, gained boolean))
    insert into audit (id, recorded, action, client_id, practitioner_id, device_id, body)
    select id, recorded, action, client_id, practitioner_id, device_id, body::jsonb
    from jsonb_to_recordset(${JSON.stringify(auditRows)}::jsonb)
      as e(id text, recorded bigint, action text, client_id text, practitioner_id text, device_id text, body text)
  `.execute(trx);
}

/** Version and time are the server's: they are kept in columns and added to every answer. */
function withoutServerMeta(resource: AcceptedVersion['resource']): AcceptedVersion['resource'] {
  if (resource.meta === undefined) return resource;
  const { meta, ...rest } = resource;
  const { versionId: _version, lastUpdated: _time, ...kept } = meta;
  return (Object.keys(kept).length === 0 ? rest : { ...rest, meta: kept }) as AcceptedVersion['resource'];
}

/** One AuditEvent per client and kind of change: it names every version written. */
function auditOfWrites(accepted: readonly AcceptedVersion[], actor: Actor): AuditedEvent[] {
  const groups = new Map<
    string,
    { action: 'create' | 'update'; clientId: string | undefined; what: string[] }
  >();
  for (const { key, version, clientId, created } of accepted) {
    const action = created ? 'create' : 'update';
    const group = groups.get(`${action} ${clientId ?? ''}`) ?? { action, clientId, what: [] };
    group.what.push(`${key}/_history/${version}`);
    groups.set(`${action} ${clientId ?? ''}`, group);
  }
  return [...groups.values()].map(({ action, clientId, what }) => ({
    action,
    actor,
    outcome: '0',
    what,
    ...(clientId === undefined ? {} : { clientId }),
  }));
}

function auditOfRefusals(refused: readonly Refusal[], actor: Actor): AuditedEvent[] {
  return refused.map((one) => ({
    action: 'update',
    actor,
    outcome: '4',
    details: { status: String(one.status), reason: one.text },
  }));
}
