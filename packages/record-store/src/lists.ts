import type { FhirResource, ResourceKey } from '@fieldchart/clinical';
import type { Database } from '@fieldchart/encrypted-sqlite';
import type { EntryState, MutationKind } from '@fieldchart/smart-queue';
import { STATE_SHOWN } from './leaving.ts';
import type { RecentContents } from './recentContents.ts';
import type { RecordStore, StoredRecord } from './recordStore.ts';
import type { FoundNote } from './search.ts';
import { parseResource, type RecordRow } from './rows.ts';

type Lists = Pick<
  RecordStore,
  'get' | 'chart' | 'listOutbox' | 'outboxCounts' | 'recentReceipts' | 'conflictsOf'
>;

type StoredRow = RecordRow & {
  readonly type: string;
  readonly state: EntryState | null;
  readonly reason_code: string | null;
  readonly reason_text: string | null;
  readonly receipt_version: string | null;
  readonly receipt_time: string | null;
  readonly in_conflict: number;
  readonly section: string | null;
  readonly selection_start: number | null;
  readonly selection_end: number | null;
  readonly scroll: number | null;
};

const STORED_COLUMNS = `r.key, r.type, r.client_id, r.revision, r.version_id, r.server_time, r.resource,
    ${STATE_SHOWN} AS state, o.reason_code, o.reason_text, t.version_id AS receipt_version, t.server_time AS receipt_time,
    EXISTS (SELECT 1 FROM conflicts c WHERE c.key = r.key AND c.decided = 0) AS in_conflict,
    p.section, p.selection_start, p.selection_end, p.scroll`;
const STORED_TABLES = `records r
  LEFT JOIN outbox o ON o.sequence = (SELECT max(sequence) FROM outbox WHERE key = r.key)
  LEFT JOIN receipts t ON t.sequence = (SELECT max(sequence) FROM receipts WHERE key = r.key)
  LEFT JOIN positions p ON p.key = r.key`;
const STORED = `SELECT ${STORED_COLUMNS} FROM ${STORED_TABLES}`;

const SHOWN_IN_CHART = "('Patient', 'Encounter', 'Composition', 'Condition', 'Consent')";

/** What is read of a note that was found: the record as the screens read it, and whose it is. */
export const FOUND_NOTE_COLUMNS = `${STORED_COLUMNS}, w.name AS client_name`;
export const FOUND_NOTE_TABLES = `${STORED_TABLES} LEFT JOIN clients w ON w.client_id = r.client_id`;
export type FoundNoteRow = StoredRow & { readonly client_name: string | null };

export function toFoundNote(row: FoundNoteRow): FoundNote {
  return { ...toStoredRecord(row), clientId: row.client_id, clientName: row.client_name };
}

export async function readFoundNotes(
  database: Database,
  keys: readonly ResourceKey[],
): Promise<ReadonlyMap<ResourceKey, FoundNote>> {
  const rows = await database.all<FoundNoteRow>(
    `SELECT ${FOUND_NOTE_COLUMNS} FROM ${FOUND_NOTE_TABLES} WHERE r.key IN (SELECT value FROM json_each(?))`,
    [JSON.stringify(keys)],
  );
  return new Map(rows.map((row) => [row.key, toFoundNote(row)]));
}

export const CHART_SQL = `${STORED} WHERE r.client_id = ? AND r.type IN ${SHOWN_IN_CHART}
  ORDER BY r.date DESC, r.key`;

/** The questions that the screens ask. */
export function createLists(deps: { readonly database: Database; readonly recent: RecentContents }): Lists {
  const { database, recent } = deps;
  return {
    async get(key: ResourceKey) {
      const [row] = await database.all<StoredRow>(`${STORED} WHERE r.key = ?`, [key]);
      if (row === undefined) return undefined;
      const record = toStoredRecord(row);
      recent.remember(key, record.revision, record.resource);
      return record;
    },

    async chart(clientId) {
      const rows = await database.all<StoredRow>(CHART_SQL, [clientId]);
      const records = rows.map(toStoredRecord);
      const client = records.find(({ resource }) => resource.resourceType === 'Patient');
      if (client === undefined) return undefined;
      const ofType = (type: FhirResource['resourceType']) =>
        records.filter(({ resource }) => resource.resourceType === type);
      return {
        client,
        visits: ofType('Encounter'),
        notes: ofType('Composition'),
        conditions: ofType('Condition'),
        consents: ofType('Consent'),
      };
    },

    async listOutbox(limit) {
      const rows = await database.all<OutboxListRow>(
        `SELECT o.id, o.sequence, o.key, o.kind, ${STATE_SHOWN} AS state, o.reason_code, o.reason_text, o.client_id,
           c.name AS client_name
         FROM outbox o LEFT JOIN clients c ON c.client_id = o.client_id ORDER BY o.sequence LIMIT ?`,
        [limit],
      );
      return rows.map((row) => ({
        mutationId: row.id,
        sequence: row.sequence,
        key: row.key,
        kind: row.kind,
        state: row.state,
        reason: toReason(row),
        clientId: row.client_id,
        clientName: row.client_name,
      }));
    },

    async outboxCounts() {
      // The first part is answered by an index alone, the second by the few clients who are leaving.
      const rows = await database.all<{ state: EntryState; count: number; leaving: number }>(
        `SELECT state, count(*) AS count, 0 AS leaving FROM outbox GROUP BY state
         UNION ALL SELECT o.state, count(*), 1 FROM clients_to_erase e JOIN outbox o ON o.client_id = e.client_id
           WHERE ${STATE_SHOWN} <> o.state GROUP BY o.state`,
      );
      const counts = { waiting: 0, attempted: 0, parked: 0, held: 0 };
      for (const { state, count, leaving } of rows) {
        counts[state] += leaving === 1 ? -count : count;
        if (leaving === 1) counts.waiting += count;
      }
      return counts;
    },

    async recentReceipts(limit) {
      const rows = await database.all<ReceiptRow>(
        `SELECT t.*, c.name AS client_name FROM receipts t LEFT JOIN clients c ON c.client_id = t.client_id
         ORDER BY t.sequence DESC LIMIT ?`,
        [limit],
      );
      return rows.map((row) => ({
        mutationId: row.mutation_id,
        sequence: row.sequence,
        key: row.key,
        kind: row.kind,
        clientId: row.client_id,
        clientName: row.client_name,
        versionId: row.version_id,
        serverTime: row.server_time,
      }));
    },

    async conflictsOf(key) {
      const rows = await database.all<{ base: string | null; mine: string; theirs: string | null }>(
        'SELECT base, mine, theirs FROM conflicts WHERE key = ? AND decided = 0 ORDER BY id',
        [key],
      );
      return rows.map(({ base, mine, theirs }) => ({
        base: base === null ? null : parseResource(base),
        mine: parseResource(mine),
        theirs: theirs === null ? null : parseResource(theirs),
      }));
    },
  };
}

type OutboxListRow = {
  readonly id: string;
  readonly sequence: number;
  readonly key: string;
  readonly kind: MutationKind;
  readonly state: EntryState;
  readonly reason_code: string | null;
  readonly reason_text: string | null;
  readonly client_id: string | null;
  readonly client_name: string | null;
};

type ReceiptRow = {
  readonly sequence: number;
  readonly mutation_id: string;
  readonly key: string;
  readonly kind: MutationKind;
  readonly client_id: string | null;
  readonly client_name: string | null;
  readonly version_id: string;
  readonly server_time: string;
};

function toReason(row: { readonly reason_code: string | null; readonly reason_text: string | null }) {
  return row.reason_code === null ? null : { code: row.reason_code, text: row.reason_text ?? '' };
}

function toStoredRecord(row: StoredRow): StoredRecord {
  const { receipt_version: versionId, receipt_time: serverTime, section } = row;
  return {
    key: row.key,
    resource: parseResource(row.resource),
    revision: row.revision,
    versionId: row.version_id,
    serverTime: row.server_time,
    sync: row.state ?? (versionId === null ? 'none' : 'acknowledged'),
    reason: row.state === 'parked' ? toReason(row) : null,
    receipt: versionId === null || serverTime === null ? null : { versionId, serverTime },
    inConflict: row.in_conflict === 1,
    position:
      section === null
        ? null
        : {
            section,
            selectionStart: row.selection_start ?? 0,
            selectionEnd: row.selection_end ?? 0,
            scroll: row.scroll ?? 0,
          },
  };
}
