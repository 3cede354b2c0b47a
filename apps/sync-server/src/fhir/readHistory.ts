import type { Bundle } from '@fieldchart/clinical';
import { instantToMilliseconds } from '@fieldchart/clinical';
import { base64UrlDecode, base64UrlEncode, toInstant, utf8Decode, utf8Encode } from '@fieldchart/foundation';
import { z } from 'zod';
import { readScope } from '../access/readScope.ts';
import type { Database } from '../storage/openStorage.ts';
import { type Actor, refusal } from '../write/mutation.ts';
import { RequestRefused, type HistoryRow, historyEntry } from './answer.ts';
import { readFeedHead } from './feedHead.ts';

export interface HistoryVersion extends HistoryRow {
  readonly sequence: number;
  readonly client_id: string | null;
}

/** Whose versions are asked for: of one resource, of a type, or of all that the actor may read. */
export interface HistoryQuestion {
  readonly type?: string | undefined;
  readonly id?: string | undefined;
  /** Versions written at this instant or later. */
  readonly since?: string | undefined;
  readonly count: number;
  /** The link of an earlier page. */
  readonly page?: string | undefined;
}

export interface HistoryPage {
  readonly versions: readonly HistoryVersion[];
  /**
   * Instant from which to ask next (`_since`): nothing that this page could not show yet is older. It is the time of
   * the newest write, not the time of the clock, which a write that is under way may have read before.
   */
  readonly asOf: number;
  readonly next: string | undefined;
}

const position = z.tuple([z.int().min(0), z.int().min(0)]);

/** Versions, newest first, in pages. */
export async function readHistory(
  db: Database,
  actor: Actor,
  question: HistoryQuestion,
): Promise<HistoryPage> {
  const page = question.page === undefined ? undefined : decodePage(question.page);
  // Read before the rows, and kept from the first page on: the next question then overlaps this one.
  const { sequence, lastWritten } = await readFeedHead(db);
  const [before, asOf] = page ?? [sequence + 1, lastWritten];
  let query = db
    .selectFrom('history')
    .select([
      'sequence',
      'type',
      'id',
      'version',
      'client_id',
      'body',
      'written_at',
      'mutation_id',
      'created',
    ])
    .where('sequence', '<', before)
    .where(readScope(actor))
    .orderBy('sequence', 'desc')
    .limit(question.count + 1);
  if (question.type !== undefined) query = query.where('type', '=', question.type);
  if (question.id !== undefined) query = query.where('id', '=', question.id);
  if (question.since !== undefined) query = query.where('written_at', '>=', toTime(question.since));
  const found = await query.execute();
  const versions = found.slice(0, question.count);
  const last = versions.at(-1);
  const more = found.length > versions.length && last !== undefined;
  return { versions, asOf, next: more ? encodePage([last.sequence, asOf]) : undefined };
}

export function toHistoryBundle(
  page: HistoryPage,
  links: { readonly self: string; readonly next: string | undefined },
): Bundle {
  return {
    resourceType: 'Bundle',
    type: 'history',
    timestamp: toInstant(page.asOf),
    link: [
      { relation: 'self', url: links.self },
      ...(links.next === undefined ? [] : [{ relation: 'next', url: links.next }]),
    ],
    entry: page.versions.map(historyEntry),
  };
}

function toTime(since: string): number {
  // A plus sign that was not encoded arrives as a space.
  const text = since.replace(' ', '+');
  const time = Number.isNaN(Date.parse(text)) ? undefined : instantToMilliseconds(text);
  if (time === undefined) throw new RequestRefused(refusal(400, 'value', '_since is not an instant'));
  return time;
}

function encodePage(value: z.infer<typeof position>): string {
  return base64UrlEncode(utf8Encode(JSON.stringify(value)));
}

function decodePage(text: string): z.infer<typeof position> {
  try {
    return position.parse(JSON.parse(utf8Decode(base64UrlDecode(text))));
  } catch {
    throw new RequestRefused(refusal(400, 'value', 'the link of this page is not one of ours'));
  }
}
