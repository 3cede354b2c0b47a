import type { FhirResource, PractitionerRole, SigningJwk, AgreementJwk } from '@fieldchart/clinical';
import type { ColumnType, Generated, JSONColumnType } from 'kysely';

// Times are milliseconds since the epoch, as integers: both databases keep them exactly.

/** JSON that is written as text and read parsed. */
type Json<Value extends object> = JSONColumnType<Value, string, string>;

/** The one organisation of this database; its row is the counter that every write locks first (S1). */
export interface OrganizationTable {
  id: string;
  name: string;
  sequence: number;
  /** Server time of the latest write: times never decrease. */
  last_written: number;
  /** Changes when the database is restored from a backup. */
  epoch: string;
  /** Marks cursors as ours. */
  cursor_key: Generated<string>;
  /** Versions are numbered above it, so that a restored server gives no number a second meaning. */
  version_floor: Generated<number>;
  signing_key: Json<Record<string, unknown>>;
  verifying_key: Json<SigningJwk>;
  rescue_key: Json<AgreementJwk>;
  base_url: string;
  /** `creating` until the first start has filled the database. */
  setup: 'creating' | 'ready';
  /** Policy: wrong secrets in a row after which a device destroys its key record; null for never. */
  erase_after_attempts: number | null;
  /** Policy: for how many hours emergency access is given; null for not at all. */
  emergency_hours: Generated<number | null>;
  /** Policy: for how many days closed records stay on devices; null for as long as their client does. */
  retention_days: Generated<number | null>;
}

export interface PractitionerTable {
  id: string;
  name: string;
  role: PractitionerRole;
}

export interface DeviceTable {
  id: string;
  practitioner_id: string;
  public_key: Json<SigningJwk>;
  thumbprint: string;
  registered_at: number;
  /** From then on the device may send sealed work and acknowledge its erasure, and nothing else. */
  revoked_at: number | null;
  /** The device is asked to destroy what it holds. */
  erase_requested: Generated<boolean>;
  erased_at: number | null;
  /** The device that a rescue put in its place. */
  replaced_by: string | null;
  /** The device whose audit chain this one goes on with: a rescue changes the keys, the database stays. */
  audit_chain: Generated<string | null>;
}

export interface TicketTable {
  jti: string;
  practitioner_id: string;
  issued_at: number;
  expires_at: number;
  revoked_at: number | null;
  used_by: string | null;
  used_thumbprint: string | null;
  used_at: number | null;
  /** Only this device may use it: it answers a rescue request. */
  for_device: string | null;
  replaces: string | null;
  /** Name of the file it was handed out in, until that is removed. */
  file: string | null;
}

/** Unsent work of devices, sealed to the rescue key. */
export interface SealedWorkTable {
  device_id: string;
  /** Of the text, base64url. */
  sha256: string;
  work: string;
  received_at: number;
  /** When it was first handed to a holder of the rescue key. */
  read_at: number | null;
}

/** Work for a client who had left the author's caseload when it came: a batch's entry, or a whole transaction. */
export interface ReviewItemTable {
  id: string;
  number: Generated<number>;
  kind: 'batch' | 'transaction';
  practitioner_id: string;
  device_id: string;
  received_at: number;
  state: 'open' | 'accepted' | 'set-aside';
  decided_at: number | null;
  /** Practitioner, or null for the operator of the machine. */
  decided_by: string | null;
  /** Why it was set aside. */
  reason: string | null;
}

export interface ReviewEntryTable {
  item_id: string;
  position: number;
  mutation_id: string;
  type: string;
  id: string;
  client_id: string;
  /** The Bundle's entry as JSON, word for word: as text, since jsonb would reorder it. */
  content: string;
}

export interface RescueRequestTable {
  id: string;
  practitioner_id: string;
  /** The device whose signing key is lost. */
  device_id: string;
  request: string;
  received_at: number;
  answer: string | null;
  answered_at: number | null;
}

/** The links of an audit chain that arrived; the events themselves stand in `audit`. */
export interface DeviceAuditLinkTable {
  /** The device that began the chain. */
  chain: string;
  number: number;
  previous: string;
  hash: string;
  received_at: number;
}

/** What an administrator should look at. One for each kind and subject. */
export interface AlertTable {
  number: Generated<number>;
  kind: AlertKind;
  subject: string;
  practitioner_id: string | null;
  device_id: string | null;
  details: Json<Record<string, string>>;
  raised_at: number;
  closed_at: number | null;
}

export type AlertKind =
  | 'ticket-used-twice'
  | 'assertion-replayed'
  | 'clock-wrong'
  | 'audit-gap'
  | 'audit-altered'
  | 'review-waiting'
  | 'sealed-work-waiting'
  | 'restore-suspected'
  | 'emergency-access';

/** Token requests that were answered, so that none is answered twice. */
export interface TokenUseTable {
  device_id: string;
  jti: string;
  expires_at: number;
}

/** The current version of each resource, with the columns that search reads. */
export interface ResourceTable {
  type: string;
  id: string;
  version: number;
  client_id: string | null;
  body: Json<FhirResource>;
  written_at: number;
  status: string | null;
  date: string | null;
  codes: ColumnType<string[], string[], string[]>;
  names: string | null;
  phones: ColumnType<string[], string[], string[]>;
  /** A note's place in the order of notes, newest highest. */
  note_number: Generated<number | null>;
  /** A `tsvector` of what the analyser found. */
  note_words: Generated<string | null>;
  client_line: Generated<string | null>;
  client_sort: Generated<string | null>;
  client_keys: ColumnType<string[], string[] | undefined, string[]>;
  /** Terms of the groups that the resource puts its client into. */
  client_groups: ColumnType<string[], string[] | undefined, string[]>;
  /** The version of the analyser that made these six; 0 for none yet. */
  analyser: Generated<number>;
}

/** Every version, in the order in which the organisation's counter numbered it: this is the feed. */
export interface HistoryTable {
  sequence: number;
  type: string;
  id: string;
  version: number;
  client_id: string | null;
  body: Json<FhirResource>;
  written_at: number;
  mutation_id: string | null;
  practitioner_id: string | null;
  device_id: string | null;
  /** It made the resource: the first version need not be number 1. */
  created: boolean;
}

/** Who stands in which active care team: the caseload is derived from these rows. */
export interface CareTeamMemberTable {
  care_team_id: string;
  client_id: string;
  practitioner_id: string;
}

/**
 * Access to a client outside the caseload, for a time. It ends at `expires_at` by the database's clock, or before, at
 * `ended_at`; until that is set the feed has not told of the end.
 */
export interface EmergencyAccessTable {
  id: string;
  practitioner_id: string;
  device_id: string | null;
  client_id: string;
  reason: string;
  granted_at: number;
  expires_at: number;
  ended_at: number | null;
  /** When a supervisor or an administrator said that they had looked at it. */
  reviewed_at: number | null;
}

/** A view: who stands in a care team of the client, or has emergency access at this moment. A pair may come twice. */
export interface CaseloadView {
  practitioner_id: string;
  client_id: string;
}

/** Access gained or lost, numbered by the same counter as the versions. */
export interface AccessChangeTable {
  sequence: number;
  practitioner_id: string;
  client_id: string;
  gained: boolean;
}

/** AuditEvents. A trigger refuses updates and deletes. */
export interface AuditTable {
  number: Generated<number>;
  id: string;
  recorded: number;
  action: string;
  client_id: string | null;
  /** Clients who stood in the answer of a search. */
  found: ColumnType<string[], string[] | undefined, never>;
  practitioner_id: string | null;
  device_id: string | null;
  body: Json<object>;
}

export interface Tables {
  organization: OrganizationTable;
  practitioner: PractitionerTable;
  device: DeviceTable;
  ticket: TicketTable;
  token_use: TokenUseTable;
  resource: ResourceTable;
  history: HistoryTable;
  care_team_member: CareTeamMemberTable;
  emergency_access: EmergencyAccessTable;
  caseload: CaseloadView;
  access_change: AccessChangeTable;
  audit: AuditTable;
  sealed_work: SealedWorkTable;
  review_item: ReviewItemTable;
  review_entry: ReviewEntryTable;
  rescue_request: RescueRequestTable;
  device_audit_link: DeviceAuditLinkTable;
  alert: AlertTable;
}
