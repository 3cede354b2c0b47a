import { base64UrlDecode, base64UrlEncode, utf8Decode, utf8Encode } from '@fieldchart/foundation';
import { sql } from 'kysely';
import { z } from 'zod';
import { readScope } from '../access/readScope.ts';
import type { Database } from '../storage/openStorage.ts';
import { type Actor, refusal } from '../write/mutation.ts';
import { RequestRefused, type VersionRow } from './answer.ts';

/** What others refer to comes first. */
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

const position = z.tuple([z.int(), z.string()]);

export interface EverythingPage {
  readonly rows: readonly VersionRow[];
  /** Where the next page starts; undefined at the end. */
  readonly after: string | undefined;
}

/** One page of a client's chart. Resumable: a page names the place after which it starts. */
export async function readEverything(
  db: Database,
  actor: Actor,
  of: { readonly clientId: string; readonly count: number; readonly after?: string | undefined },
): Promise<EverythingPage> {
  const start = of.after === undefined ? undefined : decodePosition(of.after);
  const rank = sql<number>`coalesce(array_position(${ORDER}::text[], type), 99)`;
  const id = sql<string>`id collate "C"`;
  let query = db
    .selectFrom('resource')
    .select(['type', 'id', 'version', 'body', 'written_at', rank.as('rank')])
    .where('client_id', '=', of.clientId)
    .where(readScope(actor))
    .orderBy(rank)
    .orderBy(id)
    .limit(of.count + 1);
  if (start !== undefined) {
    query = query.where(sql<boolean>`(${rank}, ${id}) > (${start[0]}::int, ${start[1]}::text)`);
  }
  const found = await query.execute();
  const rows = found.slice(0, of.count);
  const last = rows.at(-1);
  const more = found.length > rows.length && last !== undefined;
  return { rows, after: more ? encodePosition([last.rank, last.id]) : undefined };
}

function encodePosition(value: readonly [number, string]): string {
  return base64UrlEncode(utf8Encode(JSON.stringify(value)));
}

function decodePosition(text: string): [number, string] {
  try {
    return position.parse(JSON.parse(utf8Decode(base64UrlDecode(text))));
  } catch {
    throw new RequestRefused(refusal(400, 'value', 'the link of this page is not one of ours'));
  }
}
