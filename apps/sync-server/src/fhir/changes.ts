import type { Bundle, BundleEntry, FhirResource } from '@fieldchart/clinical';
import { accessEventToParameters, retentionWordToBundle } from '@fieldchart/clinical';
import { toInstant } from '@fieldchart/foundation';
import { sql } from 'kysely';
import { caseloadScope } from '../access/readScope.ts';
import type { Database } from '../storage/openStorage.ts';
import { historyEntry } from './answer.ts';
import { type Cursor, encodeCursor } from './cursor.ts';
import { type CursorVerdict, type FeedHead, judgeCursor, readFeedHead } from './feedHead.ts';

export interface ChangesQuestion {
  readonly practitionerId: string;
  readonly cursor: string | undefined;
  /** At least one. */
  readonly count: number;
}

export interface ChangesPage {
  readonly entries: readonly BundleEntry[];
  readonly cursor: string;
  readonly more: boolean;
  /** All that the database held at this point was looked at; undefined while the feed opens. */
  readonly upTo: { readonly epoch: string; readonly sequence: number } | undefined;
  /** Policy: for how many days closed records stay on devices; null for as long as their client does. */
  readonly retentionDays: number | null;
}

export type ChangesOutcome =
  | { readonly kind: 'page'; readonly page: ChangesPage }
  | { readonly kind: 'bad-cursor'; readonly verdict: Exclude<CursorVerdict, { readonly kind: 'good' }> };

/**
 * S1, S3: what changed in the caseload after the cursor, oldest first. The organisation's counter is read before the
 * rows: whoever holds the counter writes alone, so all rows up to the number read are already visible.
 */
export async function readChanges(db: Database, question: ChangesQuestion): Promise<ChangesOutcome> {
  if (question.cursor === undefined) {
    const head = await readFeedHead(db);
    return { kind: 'page', page: await readOpening(db, question, { ...cursorAt(head), after: '' }, head) };
  }
  const verdict = await judgeCursor(db, question.cursor);
  if (verdict.kind !== 'good') return { kind: 'bad-cursor', verdict };
  const { cursor, head } = verdict;
  const page =
    cursor.after === undefined
      ? await readFeed(db, question, cursor.sequence, head)
      : await readOpening(db, question, { ...cursor, after: cursor.after }, head);
  return { kind: 'page', page };
}

/** The cursor of somebody who has read all that there is. */
export function cursorAt({ epoch, sequence, anchor }: FeedHead): Cursor {
  return { epoch, sequence, anchor };
}

interface OpeningRow {
  readonly key: string;
  readonly type: string | null;
  readonly id: string;
  readonly version: number | null;
  readonly body: FhirResource | null;
  readonly written_at: number | null;
  readonly mutation_id: string | null;
  readonly created: boolean | null;
}

/**
 * The organisation's own resources, then every client of the caseload as gained, then every former one as lost: a
 * device that has no cursor, or one of before a restore, may hold a client whose leaving it was never told of (S3).
 */
async function readOpening(
  db: Database,
  question: ChangesQuestion,
  from: Cursor & { readonly after: string },
  head: FeedHead,
): Promise<ChangesPage> {
  const { rows: found } = await sql<OpeningRow>`
    select * from (
      select ('0' || r.type || '/' || r.id) collate "C" as key, r.type, r.id, r.version, r.body, r.written_at,
        h.mutation_id, h.created
      from resource r join history h on h.type = r.type and h.id = r.id and h.version = r.version
      where r.client_id is null
      union all
      select distinct ('1' || client_id) collate "C", null, client_id, null::int, null::jsonb, null::bigint, null,
        null::boolean
      from caseload where practitioner_id = ${question.practitionerId}
      union all
      select distinct ('2' || client_id) collate "C", null, client_id, null::int, null::jsonb, null::bigint, null,
        null::boolean
      from access_change a where practitioner_id = ${question.practitionerId} and not gained and not exists (
        select from caseload m
        where m.practitioner_id = a.practitioner_id and m.client_id = a.client_id)) as opening
    where key > ${from.after} order by key limit ${question.count + 1}`.execute(db);
  const rows = found.slice(0, question.count);
  const entries = rows.map((row) => toEntry(row, row.key.startsWith('1')));
  const last = rows.at(-1);
  const more = found.length > rows.length && last !== undefined;
  // The feed goes on from where the opening began: what was written meanwhile comes again.
  const { epoch, sequence } = from;
  const cursor: Cursor = { epoch, sequence, anchor: head.anchor, ...(more ? { after: last.key } : {}) };
  const { cursorKey, retentionDays } = head;
  return { entries, cursor: encodeCursor(cursor, cursorKey), more, upTo: undefined, retentionDays };
}

interface FeedRow extends Omit<OpeningRow, 'key'> {
  readonly sequence: number;
  readonly gained: boolean | null;
}

async function readFeed(
  db: Database,
  question: ChangesQuestion,
  after: number,
  head: FeedHead,
): Promise<ChangesPage> {
  const limit = question.count + 1;
  const { rows: found } = await sql<FeedRow>`
    (select sequence, type, id, version, body, written_at, mutation_id, created, null::boolean as gained
      from history
      where sequence > ${after} and sequence <= ${head.sequence} and ${caseloadScope(question.practitionerId)}
      order by sequence limit ${limit})
    union all
    (select sequence, null, client_id, null, null, null, null, null, gained
      from access_change
      where practitioner_id = ${question.practitionerId} and sequence > ${after} and sequence <= ${head.sequence}
      order by sequence limit ${limit})
    order by sequence limit ${limit}`.execute(db);
  const rows = found.slice(0, question.count);
  const more = found.length > rows.length;
  const sequence = more ? (rows.at(-1)?.sequence ?? after) : head.sequence;
  const cursor: Cursor = { epoch: head.epoch, sequence, anchor: head.anchor };
  return {
    entries: rows.map((row) => toEntry(row, row.gained === true)),
    cursor: encodeCursor(cursor, head.cursorKey),
    more,
    upTo: { epoch: head.epoch, sequence: head.sequence },
    retentionDays: head.retentionDays,
  };
}

/** A version, or, where there is none in the row, the client whose access changed. */
function toEntry(row: Omit<OpeningRow, 'key'>, gained: boolean): BundleEntry {
  const { type, id, version, body, written_at, mutation_id } = row;
  if (type === null || version === null || body === null || written_at === null) {
    return accessEntry(id, gained);
  }
  return historyEntry({ type, id, version, body, written_at, mutation_id, created: row.created === true });
}

function accessEntry(clientId: string, gained: boolean): BundleEntry {
  return {
    resource: { ...accessEventToParameters({ change: gained ? 'access-gained' : 'access-lost', clientId }) },
    request: { method: 'POST', url: '$access' },
    response: { status: '200 OK' },
  };
}

/**
 * The page as the device reads it: the time and the policy by which it judges what ages out, and exactly one link, to what
 * waits or to where to resume. `now` in milliseconds.
 */
export function toChangesBundle(page: ChangesPage, count: number, now: number): Bundle {
  const url = `$changes?_cursor=${page.cursor}&_count=${count}`;
  return {
    resourceType: 'Bundle',
    ...retentionWordToBundle({ serverTime: toInstant(now), days: page.retentionDays }),
    type: 'history',
    link: [{ relation: page.more ? 'next' : 'resume', url }],
    entry: [...page.entries],
  };
}
