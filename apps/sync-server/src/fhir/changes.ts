import type { Bundle, BundleEntry, FhirResource } from '@fieldchart/clinical';
import { accessEventToParameters } from '@fieldchart/clinical';
import { base64UrlDecode, base64UrlEncode, utf8Decode, utf8Encode } from '@fieldchart/foundation';
import { sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../storage/openStorage.ts';
import { caseloadScope } from '../access/readScope.ts';
import { refusal } from '../write/mutation.ts';
import { RequestRefused, historyEntry } from './answer.ts';

/** Database epoch, sequence, and while the opening list is being read the key after which it goes on. */
const cursorParts = z.union([
  z.tuple([z.string(), z.int().min(0)]),
  z.tuple([z.string(), z.int().min(0), z.string()]),
]);
type Cursor = z.infer<typeof cursorParts>;

export function encodeCursor(cursor: Cursor): string {
  return base64UrlEncode(utf8Encode(JSON.stringify(cursor)));
}

function decodeCursor(text: string): Cursor | undefined {
  try {
    return cursorParts.parse(JSON.parse(utf8Decode(base64UrlDecode(text))));
  } catch {
    return undefined;
  }
}

export interface ChangesQuestion {
  readonly practitionerId: string;
  readonly cursor: string | undefined;
  readonly count: number;
}

export interface ChangesPage {
  readonly entries: readonly BundleEntry[];
  readonly cursor: string;
  readonly more: boolean;
}

/**
 * S1, S3: what changed in the caseload after the cursor, oldest first. The organisation's counter is read before the
 * rows: whoever holds the counter writes alone, so all rows up to the number read are already visible.
 */
export async function readChanges(db: Database, question: ChangesQuestion): Promise<ChangesPage> {
  const { epoch, sequence } = await db
    .selectFrom('organization')
    .select(['epoch', 'sequence'])
    .executeTakeFirstOrThrow();
  const cursor: Cursor | undefined =
    question.cursor === undefined ? [epoch, sequence, ''] : decodeCursor(question.cursor);
  if (cursor === undefined || cursor[0] !== epoch || cursor[1] > sequence) {
    const text = 'the cursor is of another database: start again without one';
    throw new RequestRefused(refusal(410, 'expired', text));
  }
  if (cursor.length === 3) return readOpening(db, question, cursor);
  return readFeed(db, question, { epoch, after: cursor[1], upTo: sequence });
}

interface OpeningRow {
  readonly key: string;
  readonly type: string | null;
  readonly id: string;
  readonly version: number | null;
  readonly body: FhirResource | null;
  readonly written_at: number | null;
}

/** The organisation's own resources, then every client of the caseload as gained. */
async function readOpening(
  db: Database,
  question: ChangesQuestion,
  [epoch, sequence, after]: readonly [string, number, string],
): Promise<ChangesPage> {
  const { rows: found } = await sql<OpeningRow>`
    select * from (
      select ('0' || type || '/' || id) collate "C" as key, type, id, version, body, written_at
      from resource where client_id is null
      union all
      select distinct ('1' || client_id) collate "C", null, client_id, null::int, null::jsonb, null::bigint
      from care_team_member where practitioner_id = ${question.practitionerId}) as opening
    where key > ${after} order by key limit ${question.count + 1}`.execute(db);
  const rows = found.slice(0, question.count);
  const entries = rows.map((row) =>
    row.type === null || row.version === null || row.body === null || row.written_at === null
      ? accessEntry(row.id, true)
      : historyEntry({
          type: row.type,
          id: row.id,
          version: row.version,
          body: row.body,
          written_at: row.written_at,
          mutation_id: null,
        }),
  );
  const last = rows.at(-1);
  return found.length > rows.length && last !== undefined
    ? { entries, cursor: encodeCursor([epoch, sequence, last.key]), more: true }
    : { entries, cursor: encodeCursor([epoch, sequence]), more: false };
}

interface FeedRow {
  readonly sequence: number;
  readonly type: string | null;
  readonly id: string;
  readonly version: number | null;
  readonly body: FhirResource | null;
  readonly written_at: number | null;
  readonly mutation_id: string | null;
  readonly gained: boolean | null;
}

async function readFeed(
  db: Database,
  question: ChangesQuestion,
  range: { readonly epoch: string; readonly after: number; readonly upTo: number },
): Promise<ChangesPage> {
  const limit = question.count + 1;
  const { rows: found } = await sql<FeedRow>`
    (select sequence, type, id, version, body, written_at, mutation_id, null::boolean as gained
      from history
      where sequence > ${range.after} and sequence <= ${range.upTo} and ${caseloadScope(question.practitionerId)}
      order by sequence limit ${limit})
    union all
    (select sequence, null, client_id, null, null, null, null, gained
      from access_change
      where practitioner_id = ${question.practitionerId} and sequence > ${range.after}
        and sequence <= ${range.upTo}
      order by sequence limit ${limit})
    order by sequence limit ${limit}`.execute(db);
  const rows = found.slice(0, question.count);
  const entries = rows.map((row) =>
    row.type === null || row.version === null || row.body === null || row.written_at === null
      ? accessEntry(row.id, row.gained === true)
      : historyEntry({
          type: row.type,
          id: row.id,
          version: row.version,
          body: row.body,
          written_at: row.written_at,
          mutation_id: row.mutation_id,
        }),
  );
  const more = found.length > rows.length;
  const reached = more ? (rows.at(-1)?.sequence ?? range.after) : range.upTo;
  return { entries, cursor: encodeCursor([range.epoch, reached]), more };
}

function accessEntry(clientId: string, gained: boolean): BundleEntry {
  return {
    resource: { ...accessEventToParameters({ change: gained ? 'access-gained' : 'access-lost', clientId }) },
    request: { method: 'POST', url: '$access' },
    response: { status: '200 OK' },
  };
}

/** The page as the device reads it: exactly one link, to what waits or to where to resume. */
export function toChangesBundle(page: ChangesPage, count: number): Bundle {
  const url = `$changes?_cursor=${page.cursor}&_count=${count}`;
  return {
    resourceType: 'Bundle',
    type: 'history',
    link: [{ relation: page.more ? 'next' : 'resume', url }],
    entry: [...page.entries],
  };
}
