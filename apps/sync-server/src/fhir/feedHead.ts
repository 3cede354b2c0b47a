import { sql } from 'kysely';
import type { Database } from '../storage/openStorage.ts';
import { type Anchor, type Cursor, decodeCursor } from './cursor.ts';

/** Where the organisation's writing stands. */
export interface FeedHead {
  readonly epoch: string;
  /** All rows up to this number are visible: whoever holds the counter writes alone (S1). */
  readonly sequence: number;
  readonly cursorKey: string;
  /** No later write is older than this. */
  readonly lastWritten: number;
  readonly anchor: Anchor;
  /** Policy: for how many days closed records stay on devices; null for as long as their client does. */
  readonly retentionDays: number | null;
}

/** Reads the counter, and the newest row up to it. */
export async function readFeedHead(db: Database): Promise<FeedHead> {
  const { rows } = await sql<{
    epoch: string;
    sequence: number;
    cursor_key: string;
    last_written: number;
    retention_days: number | null;
    row: number | null;
    time: number | null;
  }>`select o.epoch, o.sequence, o.cursor_key, o.last_written, o.retention_days,
      h.sequence as row, h.written_at as time
    from organization o
    left join lateral (select sequence, written_at from history
      where history.sequence <= o.sequence order by history.sequence desc limit 1) h on true`.execute(db);
  const [head] = rows;
  if (head === undefined) throw new Error('the database holds no organisation');
  return {
    epoch: head.epoch,
    sequence: head.sequence,
    cursorKey: head.cursor_key,
    lastWritten: head.last_written,
    anchor: { counter: head.sequence, row: head.row ?? 0, time: head.time ?? 0 },
    retentionDays: head.retention_days,
  };
}

/** Whether a cursor of the head's epoch was given by this database, not by one that a backup has replaced. */
async function isOfThisDatabase(db: Database, cursor: Cursor, head: FeedHead): Promise<boolean> {
  const { counter, row, time } = cursor.anchor;
  if (counter > head.sequence) return false;
  const newest = await db
    .selectFrom('history')
    .select(['sequence', 'written_at'])
    .where('sequence', '<=', counter)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  return (newest?.sequence ?? 0) === row && (newest?.written_at ?? 0) === time;
}

export type CursorVerdict =
  | { readonly kind: 'good'; readonly cursor: Cursor; readonly head: FeedHead }
  /** Not of this server's making. */
  | { readonly kind: 'unknown' }
  /** Of before a restore that is known. */
  | { readonly kind: 'other-epoch' }
  /** The database was restored from a backup, and nobody has said so. */
  | { readonly kind: 'restored'; readonly cursor: Cursor; readonly head: FeedHead };

/** Whether the feed can go on from a cursor. */
export async function judgeCursor(db: Database, text: string): Promise<CursorVerdict> {
  const head = await readFeedHead(db);
  const cursor = decodeCursor(text, head.cursorKey);
  if (cursor === undefined) return { kind: 'unknown' };
  if (cursor.epoch !== head.epoch) return { kind: 'other-epoch' };
  const kind = (await isOfThisDatabase(db, cursor, head)) ? 'good' : 'restored';
  return { kind, cursor, head };
}
