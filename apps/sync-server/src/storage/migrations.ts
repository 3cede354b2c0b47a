import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Every migration by name; their order is the order of their names. */
export const migrations: Readonly<Record<string, Migration>> = {
  '001_initial': { up: (database) => run(database, initialTables) },
  '002_devices_and_rescue': { up: (database) => run(database, deviceTables) },
  '003_restore_and_review': { up: (database) => run(database, restoreAndReview) },
  '004_chains_across_rescues': { up: (database) => run(database, chainsAcrossRescues) },
  '005_emergency_access': { up: (database) => run(database, emergencyAccess) },
  '006_search': { up: (database) => run(database, search) },
  '007_retention': { up: (database) => run(database, retention) },
  '008_client_groups': { up: (database) => run(database, clientGroups) },
  '009_searches_audited_whole': { up: (database) => run(database, searchesAuditedWhole) },
};

const initialTables = [
  `create table organization (
    id text primary key, name text not null, sequence bigint not null, last_written bigint not null,
    epoch text not null, signing_key jsonb not null, verifying_key jsonb not null, rescue_key jsonb not null,
    base_url text not null, setup text not null check (setup in ('creating', 'ready')),
    only_one boolean not null default true unique check (only_one))`,
  `create table practitioner (
    id text primary key, name text not null,
    role text not null check (role in ('clinician', 'supervisor', 'administrator')))`,
  `create table device (
    id text primary key, practitioner_id text not null references practitioner, public_key jsonb not null,
    thumbprint text not null unique, registered_at bigint not null, revoked_at bigint)`,
  `create table ticket (
    jti text primary key, practitioner_id text not null references practitioner, issued_at bigint not null,
    expires_at bigint not null, revoked_at bigint, used_by text, used_thumbprint text, used_at bigint)`,
  `create table token_use (
    device_id text not null, jti text not null, expires_at bigint not null, primary key (device_id, jti))`,
  `create index token_use_expiry on token_use (expires_at)`,
  `create table resource (
    type text not null, id text not null, version integer not null, client_id text, body jsonb not null,
    written_at bigint not null, status text, date text, codes text[] not null, names text,
    phones text[] not null, primary key (type, id))`,
  `create index resource_client on resource (client_id, type, id)`,
  `create table history (
    sequence bigint primary key, type text not null, id text not null, version integer not null, client_id text,
    body jsonb not null, written_at bigint not null, mutation_id text unique, practitioner_id text,
    device_id text, unique (type, id, version))`,
  `create index history_client on history (client_id, sequence)`,
  `create table care_team_member (
    care_team_id text not null, client_id text not null, practitioner_id text not null,
    primary key (care_team_id, practitioner_id))`,
  `create index care_team_member_caseload on care_team_member (practitioner_id, client_id)`,
  `create index care_team_member_client on care_team_member (client_id)`,
  `create table access_change (
    sequence bigint primary key, practitioner_id text not null, client_id text not null, gained boolean not null)`,
  `create index access_change_feed on access_change (practitioner_id, sequence)`,
  `create table audit (
    number bigint generated always as identity primary key, id text not null unique, recorded bigint not null,
    action text not null, client_id text, practitioner_id text, device_id text, body jsonb not null)`,
  `create index audit_client on audit (client_id, number)`,
  `create function refuse_change() returns trigger language plpgsql as
    $$ begin raise exception 'the audit trail is append-only'; end $$`,
  `create trigger audit_append_only before update or delete on audit
    for each row execute function refuse_change()`,
];

const deviceTables = [
  `alter table organization add column erase_after_attempts integer
    check (erase_after_attempts between 5 and 100)`,
  `alter table device add column erase_requested boolean not null default false,
    add column erased_at bigint, add column replaced_by text`,
  `alter table ticket add column for_device text, add column replaces text, add column file text`,
  `create table sealed_work (
    device_id text not null references device, sha256 text not null, work text not null,
    received_at bigint not null, primary key (device_id, sha256))`,
  `create table rescue_request (
    id text primary key, practitioner_id text not null references practitioner, device_id text not null,
    request text not null, received_at bigint not null, answer text, answered_at bigint)`,
  `create table device_audit_link (
    device_id text not null references device, number integer not null, previous text not null,
    hash text not null, received_at bigint not null, primary key (device_id, number))`,
  `create table alert (
    number bigint generated always as identity primary key, kind text not null, subject text not null,
    practitioner_id text, device_id text, details jsonb not null, raised_at bigint not null,
    closed_at bigint, unique (kind, subject))`,
];

const restoreAndReview = [
  // The key is restored with the rest: cursors of before a restore stay readable, which is how it is noticed.
  `alter table organization
    add column cursor_key text not null default gen_random_uuid()::text || gen_random_uuid()::text,
    add column version_floor integer not null default 0`,
  `alter table history add column created boolean not null default false`,
  `update history set created = true where version = 1`,
  `create index history_written on history (written_at, sequence)`,
  `create index access_change_former on access_change (practitioner_id, client_id)`,
  `alter table sealed_work add column read_at bigint`,
  `create table review_item (
    id text primary key, number bigint generated always as identity unique,
    kind text not null check (kind in ('batch', 'transaction')),
    practitioner_id text not null references practitioner, device_id text not null, received_at bigint not null,
    state text not null check (state in ('open', 'accepted', 'set-aside')),
    decided_at bigint, decided_by text, reason text)`,
  `create index review_item_open on review_item (number) where state = 'open'`,
  `create table review_entry (
    item_id text not null references review_item, position integer not null, mutation_id text not null unique,
    type text not null, id text not null, client_id text not null, content text not null,
    primary key (item_id, position))`,
  `create index review_entry_resource on review_entry (type, id)`,
];

const chainsAcrossRescues = [
  `alter table device add column audit_chain text references device`,
  `alter table device_audit_link rename column device_id to chain`,
  `with recursive lineage as (
    select id, id as chain from device where id not in (select replaced_by from device where replaced_by is not null)
    union all
    select old.replaced_by, lineage.chain from lineage join device old on old.id = lineage.id
      where old.replaced_by is not null)
   update device set audit_chain = lineage.chain from lineage
    where lineage.id = device.id and lineage.chain <> device.id`,
  // What a device sent again after its rescue is there already.
  `update device_audit_link link set chain = device.audit_chain from device
    where device.id = link.chain and device.audit_chain is not null and not exists (
      select 1 from device_audit_link known
        where known.chain = device.audit_chain and known.number = link.number)`,
  // They told of the rescue, not of a gap: what is missing all the same is found at the next upload.
  `update alert set closed_at = raised_at where kind = 'audit-gap' and closed_at is null
    and device_id in (select id from device where audit_chain is not null)`,
];

const emergencyAccess = [
  `alter table organization add column emergency_hours integer default 24
    check (emergency_hours between 1 and 168)`,
  `create table emergency_access (
    id text primary key, practitioner_id text not null references practitioner, device_id text,
    client_id text not null, reason text not null, granted_at bigint not null, expires_at bigint not null,
    ended_at bigint, reviewed_at bigint)`,
  `create index emergency_access_open on emergency_access (practitioner_id, client_id) where ended_at is null`,
  `create index emergency_access_client on emergency_access (client_id) where ended_at is null`,
  // Who may see whom, at this moment by the database's own clock: nothing has to run for an access to end.
  `create view caseload as
    select practitioner_id, client_id from care_team_member
    union all
    select practitioner_id, client_id from emergency_access
      where ended_at is null and expires_at > (extract(epoch from clock_timestamp()) * 1000)::bigint`,
  `create index audit_emergency on audit (practitioner_id, recorded) where action = 'emergency-access'`,
];

// What the analyser makes of a note or a client, stored as it is: PostgreSQL's own parsers and collations decide nothing.
// Rows of before have version 0 of it and are analysed after the start.
const search = [
  `alter table resource add column note_number bigint, add column note_words tsvector,
    add column client_line text, add column client_sort text collate "C",
    add column client_keys text[] not null default '{}', add column analyser integer not null default 0`,
  `create index resource_note on resource (note_number desc, id collate "C" desc) where type = 'Composition'`,
  `create index resource_note_client on resource (client_id, note_number desc, id collate "C" desc)
    where type = 'Composition'`,
  `create index resource_note_words on resource using gin (note_words) with (fastupdate = off)
    where type = 'Composition'`,
  `create index resource_client_sort on resource (client_sort, id collate "C") where type = 'Patient'`,
  `create index resource_client_keys on resource using gin (client_keys) where type = 'Patient'`,
  `create index resource_visit on resource (client_id, date collate "C")
    where type = 'Encounter' and status not in ('planned', 'cancelled', 'entered-in-error')`,
  `create index resource_analyser on resource (type, analyser) where type in ('Composition', 'Patient')`,
];

const retention = [
  `alter table organization add column retention_days integer check (retention_days between 30 and 3650)`,
];

// What a list of clients can be narrowed to. Rows of before are analysed after the start.
const clientGroups = [
  `alter table resource add column client_groups text[] not null default '{}'`,
  `create index resource_client_groups on resource using gin (client_groups)
    where type in ('CareTeam', 'Condition', 'EpisodeOfCare')`,
  `update resource set analyser = 0 where type in ('CareTeam', 'Condition', 'EpisodeOfCare')`,
  `create index resource_group_analyser on resource (type, analyser)
    where type in ('CareTeam', 'Condition', 'EpisodeOfCare')`,
];

// One event for one search: everybody who stood in its answer, for who asks by whom a client was seen.
const searchesAuditedWhole = [
  `alter table audit add column found text[] not null default '{}'`,
  `create index audit_found on audit using gin (found)`,
];

async function run(database: Kysely<unknown>, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database);
}
