import { type OperationOutcome, operationOutcome } from '../fhir/envelopes.ts';

/**
 * `GET /fhir/$changes?_cursor=C&_count=N&_wait=S`: the feed, oldest first. Each page has one link, `next` (more is
 * there) or `resume`; its `_cursor` is opaque and is kept in the commit that keeps the page. Without `_cursor` the
 * feed opens: the organisation's own resources, every client of the caseload as gained, and
 * every former one as lost: a device without a cursor may hold a client whose leaving it was never told of.
 */
export const CHANGES_PATH = '/fhir/$changes';

/**
 * Seconds, a whole number from 0 to {@link LONGEST_WAIT_SECONDS}; more is brought down to it, absent means 0. A page
 * that would be empty is held back until something new for this practitioner is visible or the seconds are over, and
 * is then an ordinary page, which may be empty still. Never waited for while the feed opens. A device has one waiting
 * request: a second one ends the first with an empty page. When the server stops, a waiting request ends with 503.
 */
export const WAIT_PARAMETER = '_wait';
export const LONGEST_WAIT_SECONDS = 30;

/**
 * Header of `POST /fhir` and `POST /fhir/$review`, optional: the device's cursor. The server then refuses the whole
 * request with 410 and {@link SyncProblem} `epoch-changed`, before anything is written, when its database is not the
 * one that the cursor is of: a device that pushes before it pulls learns of a restore in time.
 */
export const CURSOR_HEADER = 'fieldchart-cursor';

/** Code system of {@link SyncProblem}, in `OperationOutcome.issue[0].details.coding`. */
export const SYNC_PROBLEM_SYSTEM = 'https://fieldchart.org/fhir/CodeSystem/sync-problem';

/**
 * Why the feed, or a push with {@link CURSOR_HEADER}, answers 410 (`issue[0].code` `expired`).
 *
 * `epoch-changed`: the server's database was restored from a backup since the cursor was given. What the server
 * acknowledged after the backup was made may be gone, so the device
 * 1. keeps every record and entry, forgets the cursor and reads the feed from its opening and each client anew;
 * 2. compares what it holds with what came. The server numbers all versions that it writes from now on higher than
 *    any it ever gave out, so a version number never means two contents, and "apply only if newer" stays right. A
 *    record that the server has in an older version than the receipt says, or not at all, lacks acknowledged work;
 * 3. queues its own such work again in the order of the receipts, groups whole, each under its first mutation id: what
 *    the backup did hold is answered 200 or 201 with the version of then and has no second effect. If-Match is filled
 *    at the attempt from what the server has now. A record that the server has not at all begins with a create
 *    (`If-None-Match: *`); an update would be answered 404. A create of what the server has is answered 412, as is an
 *    update on a version that it lacks: look for the own mutation id in the history, else it is a conflict;
 * 4. keeps what others wrote and the server lacks as it is, until a newer version comes: that device sends it again.
 *
 * `cursor-unknown`: not a cursor of this server's making. Read from the opening; nothing is lost.
 */
export const SYNC_PROBLEMS = ['epoch-changed', 'cursor-unknown'] as const;
export type SyncProblem = (typeof SYNC_PROBLEMS)[number];

/** The details of an issue that names a problem. */
export function syncProblemDetails(
  problem: SyncProblem,
): NonNullable<OperationOutcome['issue'][number]['details']> {
  return { coding: [{ system: SYNC_PROBLEM_SYSTEM, code: problem }] };
}

/** The problem that an answer's body names; undefined where it names none, or is no OperationOutcome. */
export function syncProblemOf(json: unknown): SyncProblem | undefined {
  const parsed = operationOutcome.safeParse(json);
  const codings = parsed.success ? (parsed.data.issue[0]?.details?.coding ?? []) : [];
  const code = codings.find(({ system }) => system === SYNC_PROBLEM_SYSTEM)?.code;
  return SYNC_PROBLEMS.find((problem) => problem === code);
}
