import { type Bundle, type BundleEntry, accessEventToParameters } from '@fieldchart/clinical';
import { RequestRefused, historyEntry } from '../../../apps/sync-server/src/fhir/answer.ts';
import type { HistoryPage } from '../../../apps/sync-server/src/fhir/readHistory.ts';
import { toChangesBundle } from '../../../apps/sync-server/src/fhir/changes.ts';
import { type Actor, refusal } from '../../../apps/sync-server/src/write/mutation.ts';
import type { HistoryRow, MemoryRecords } from './memoryRecords.ts';

type Cursor = readonly [epoch: string, sequence: number, after?: string];

/** A cursor that leads nowhere ends the request, as the real server's `refuseCursor` does. */
export function readCursor(records: MemoryRecords, text: string): Cursor {
  const cursor = decode(text);
  if (cursor !== undefined && cursor[0] === records.epoch) return cursor;
  const problem = cursor === undefined ? ('cursor-unknown' as const) : ('epoch-changed' as const);
  throw new RequestRefused({ ...refusal(410, 'expired', 'start again without a cursor'), problem });
}

/** One page of the feed, as the real server's `readChanges` makes it. */
export function changesOf(
  records: MemoryRecords,
  question: { readonly practitionerId: string; readonly cursor: string | undefined; readonly count: number },
  { now, retentionDays }: { readonly now: number; readonly retentionDays: number | null },
): Bundle {
  const { epoch, sequence } = records;
  const { practitionerId, cursor, count } = question;
  const [, from, after] = cursor === undefined ? [epoch, sequence, ''] : readCursor(records, cursor);
  const page =
    after === undefined
      ? feedPage(records, practitionerId, from, count)
      : openingPage(records, practitionerId, [epoch, from, after], count);
  return toChangesBundle({ ...page, upTo: undefined, retentionDays }, count, now);
}

function openingPage(
  records: MemoryRecords,
  practitionerId: string,
  [epoch, sequence, after]: readonly [string, number, string],
  count: number,
) {
  const own = [...records.current.values()]
    .filter(({ clientId }) => clientId === undefined)
    .map(({ row }) => ({
      key: `0${row.type}/${row.id}`,
      entry: historyEntry(row),
    }));
  const clients = [...caseloadOf(records, practitionerId)].map((id) => ({
    key: `1${id}`,
    entry: accessEntry(id, true),
  }));
  const mine = caseloadOf(records, practitionerId);
  const left = records.access.filter(
    (change) => change.practitionerId === practitionerId && !change.gained && !mine.has(change.clientId),
  );
  const former = [...new Set(left.map(({ clientId }) => clientId))].map((id) => ({
    key: `2${id}`,
    entry: accessEntry(id, false),
  }));
  const found = [...own, ...clients, ...former]
    .filter(({ key }) => key > after)
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const rows = found.slice(0, count);
  const more = found.length > rows.length;
  const cursor = encode(more ? [epoch, sequence, rows.at(-1)?.key ?? ''] : [epoch, sequence]);
  return { entries: rows.map(({ entry }) => entry), cursor, more };
}

function feedPage(records: MemoryRecords, practitionerId: string, after: number, count: number) {
  const mine = caseloadOf(records, practitionerId);
  const versions = records.history
    .filter((row) => row.sequence > after && (row.client_id === null || mine.has(row.client_id)))
    .map((row) => ({ sequence: row.sequence, entry: historyEntry(row) }));
  const changes = records.access
    .filter((change) => change.sequence > after && change.practitionerId === practitionerId)
    .map((change) => ({ sequence: change.sequence, entry: accessEntry(change.clientId, change.gained) }));
  const found = [...versions, ...changes].toSorted((a, b) => a.sequence - b.sequence);
  const rows = found.slice(0, count);
  const more = found.length > rows.length;
  const reached = more ? (rows.at(-1)?.sequence ?? after) : records.sequence;
  return { entries: rows.map(({ entry }) => entry), cursor: encode([records.epoch, reached]), more };
}

function accessEntry(clientId: string, gained: boolean): BundleEntry {
  return {
    resource: { ...accessEventToParameters({ change: gained ? 'access-gained' : 'access-lost', clientId }) },
    request: { method: 'POST', url: '$access' },
    response: { status: '200 OK' },
  };
}

export function caseloadOf(records: MemoryRecords, practitionerId: string | null): ReadonlySet<string> {
  const clients = new Set<string>();
  for (const { clientId, members } of records.teams.values()) {
    if (practitionerId !== null && members.has(practitionerId)) clients.add(clientId);
  }
  return clients;
}

/** S3, as the real server's `readScope` says it. */
export function mayRead(records: MemoryRecords, actor: Actor, row: HistoryRow): boolean {
  if (actor.role !== 'clinician') return true;
  return row.client_id === null || caseloadOf(records, actor.practitionerId).has(row.client_id);
}

/** Versions of a resource that the actor may read, newest first, and where the next page starts. */
export function historyPage(
  records: MemoryRecords,
  actor: Actor,
  of: { readonly type: string; readonly id: string; readonly count: number; readonly page: string | null },
): HistoryPage {
  const before = of.page === null ? Number.POSITIVE_INFINITY : Number(of.page);
  const found = records.history
    .filter((row) => row.type === of.type && row.id === of.id && row.sequence < before)
    .filter((row) => mayRead(records, actor, row))
    .toReversed();
  const versions = found.slice(0, of.count);
  const next = found.length > versions.length ? String(versions.at(-1)?.sequence) : undefined;
  return { versions, asOf: records.lastWritten, next };
}

const ORDER = [
  'Patient',
  'CareTeam',
  'EpisodeOfCare',
  'Appointment',
  'Encounter',
  'Condition',
  'Flag',
  'Composition',
  'Consent',
  'Provenance',
];

/** One page of a client's chart, and the place after which the next starts. */
export function chartPage(
  records: MemoryRecords,
  actor: Actor,
  of: { readonly clientId: string; readonly count: number; readonly after: string | undefined },
): { readonly rows: readonly HistoryRow[]; readonly after: string | undefined } {
  const place = (row: HistoryRow) => `${String(ORDER.indexOf(row.type) + 1).padStart(2, '0')}${row.id}`;
  const found = [...records.current.values()]
    .map(({ row }) => row)
    .filter((row) => row.client_id === of.clientId && mayRead(records, actor, row))
    .filter((row) => of.after === undefined || place(row) > of.after)
    .toSorted((a, b) => (place(a) < place(b) ? -1 : 1));
  const rows = found.slice(0, of.count);
  const last = rows.at(-1);
  return { rows, after: found.length > rows.length && last !== undefined ? place(last) : undefined };
}

function encode(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

function decode(text: string): Cursor | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (!Array.isArray(value) || typeof value[0] !== 'string' || typeof value[1] !== 'number')
      return undefined;
    return typeof value[2] === 'string' ? [value[0], value[1], value[2]] : [value[0], value[1]];
  } catch {
    return undefined;
  }
}
