import { type ReviewReceipt, reviewReceiptOf, syncProblemOf } from '@fieldchart/clinical';
import type { HttpAnswer } from './httpTransport.ts';
import { type JsonObject, isJsonObject, objectsOf, parseJson, resourceOfType, textOf } from './json.ts';
import { readReceipt } from './readReceipt.ts';
import { retryAfterOf } from './serverTime.ts';

/** What an answer to a bundle means for the queue: the table of the sync rules, as data. */
export type BundleVerdict =
  /** Every entry has its own verdict, in the order sent. */
  | { readonly kind: 'entries'; readonly verdicts: readonly EntryVerdict[] }
  /** A transaction was refused because of one of its entries. Nothing of it took effect. */
  | { readonly kind: 'entry-refused'; readonly index: number; readonly verdict: RefusedEntry }
  /** A transaction met another version than one of its entries builds on, and which one is not said. Nothing of it took effect. */
  | { readonly kind: 'precondition-failed' }
  /** The bundle was refused as a whole: find the part that is to blame. */
  | { readonly kind: 'bisect'; readonly code: string }
  /** Too large at once. */
  | { readonly kind: 'split' }
  | { readonly kind: 'reauthorise' }
  /** The server was restored from a backup since the device last pulled. Nothing was done: pull first. */
  | { readonly kind: 'epoch-changed' }
  | UnknownOutcome;

export type EntryVerdict =
  | { readonly kind: 'acknowledged'; readonly versionId: string; readonly serverTime: string }
  /** Kept for review, and not written yet. */
  | ({ readonly kind: 'reviewed' } & ReviewReceipt)
  | RefusedEntry
  | { readonly kind: 'unknown'; readonly code: string };

export type RefusedEntry =
  /** The server holds another version than the one we built on: it may be our own earlier success. */
  | { readonly kind: 'precondition-failed' }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'park'; readonly reason: ParkReason };

/** Whether the server acted is not known: the same bytes go again. */
export interface UnknownOutcome {
  readonly kind: 'unknown';
  readonly code: string;
  readonly retryAfterMs?: number;
  /** The server itself failed: if this is repeated, one of the entries may be what breaks it. */
  readonly serverFault: boolean;
}

export interface ParkReason {
  readonly code: string;
  /** The server's own words, for the person who mends it. */
  readonly text: string;
}

export interface SentBundle {
  readonly type: 'batch' | 'transaction';
  readonly entries: readonly SentEntry[];
}

export interface SentEntry {
  /** Resource type and id: `Patient/1`. */
  readonly key: string;
  readonly kind: 'create' | 'update' | 'delete';
}

/** What the answer to a bundle means. Pure; decided by status and shape, never by message text. */
export function classifyAnswer(answer: HttpAnswer, sent: SentBundle, now: number): BundleVerdict {
  const { status } = answer;
  if (status === 401) return { kind: 'reauthorise' };
  // A proxy in between may say this in its own words, so it counts whatever the body is.
  if (status === 413) return { kind: 'split' };
  if (status === 408 || status === 429 || status >= 500) return unknownOutcome(answer, now);

  const json = parseJson(answer.body);
  if (status === 200) return readResponseBundle(json, sent) ?? unreadable();
  if (status < 400) return unreadable();

  const outcome = resourceOfType(json, 'OperationOutcome');
  if (outcome === undefined) return unreadable();
  if (status === 410 && syncProblemOf(json) === 'epoch-changed') return { kind: 'epoch-changed' };
  const index = sent.type === 'transaction' ? blamedEntry(outcome, sent.entries.length) : undefined;
  const entry = index === undefined ? undefined : sent.entries[index];
  if (index === undefined || entry === undefined) {
    // The bundle itself carries no condition: 412 is the word on one of a transaction's entries.
    if (status === 412 && sent.type === 'transaction') return { kind: 'precondition-failed' };
    return { kind: 'bisect', code: `http-${String(status)}` };
  }
  return { kind: 'entry-refused', index, verdict: refusal(status, entry.kind, outcome) };
}

/** For requests other than bundles: why the answer is not the expected one. */
export function unknownOutcome(answer: HttpAnswer, now: number): UnknownOutcome {
  const retryAfterMs = retryAfterOf(answer.headers, now);
  return {
    kind: 'unknown',
    code: `http-${String(answer.status)}`,
    serverFault: answer.status >= 500,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** An answer that is not the FHIR server's: a captive portal, a cut line, a proxy. */
export function unreadable(): UnknownOutcome {
  return { kind: 'unknown', code: 'not-fhir', serverFault: false };
}

function readResponseBundle(json: unknown, sent: SentBundle): BundleVerdict | undefined {
  const bundle = resourceOfType(json, 'Bundle');
  if (bundle?.['type'] !== `${sent.type}-response`) return undefined;
  const entries = objectsOf(bundle['entry']);
  if (entries?.length !== sent.entries.length) return undefined;
  return {
    kind: 'entries',
    verdicts: sent.entries.map((entry, index) => readEntry(entries[index] ?? {}, entry)),
  };
}

function readEntry(row: JsonObject, { key, kind }: SentEntry): EntryVerdict {
  const response = row['response'];
  if (!isJsonObject(response)) return { kind: 'unknown', code: 'not-fhir' };
  const status = Number(/^(\d{3})\b/u.exec(textOf(response['status']) ?? '')?.[1] ?? 0);
  if (status === 200 || status === 201 || status === 204) {
    const receipt = readReceipt(row, response, key);
    // O7: without a version there is no receipt, so it does not count as one.
    return receipt === undefined
      ? { kind: 'unknown', code: 'no-version' }
      : { kind: 'acknowledged', ...receipt };
  }
  const reviewed = status === 202 ? reviewReceiptOf(responseOf(response)) : undefined;
  if (reviewed !== undefined) return { kind: 'reviewed', ...reviewed };
  if (status < 400 || status >= 500 || status === 401 || status === 408 || status === 429) {
    return { kind: 'unknown', code: `entry-${String(status)}` };
  }
  return refusal(status, kind, resourceOfType(response['outcome'], 'OperationOutcome'));
}

function responseOf(response: JsonObject) {
  return {
    status: textOf(response['status']),
    location: textOf(response['location']),
    lastModified: textOf(response['lastModified']),
  };
}

function refusal(status: number, kind: SentEntry['kind'], outcome: JsonObject | undefined): RefusedEntry {
  if (status === 412) return { kind: 'precondition-failed' };
  // A create that meets something already there may meet itself; an update never becomes a create again.
  if (status === 409) return kind === 'create' ? { kind: 'precondition-failed' } : { kind: 'conflict' };
  if ((status === 404 || status === 410) && kind !== 'create') return { kind: 'conflict' };
  return { kind: 'park', reason: parkReason(status, outcome) };
}

function parkReason(status: number, outcome: JsonObject | undefined): ParkReason {
  const issue = objectsOf(outcome?.['issue'])?.[0];
  const details = isJsonObject(issue?.['details']) ? textOf(issue['details']['text']) : undefined;
  return {
    code: textOf(issue?.['code']) ?? `http-${String(status)}`,
    text: details ?? textOf(issue?.['diagnostics']) ?? '',
  };
}

function blamedEntry(outcome: JsonObject, count: number): number | undefined {
  for (const issue of objectsOf(outcome['issue']) ?? []) {
    const expressions = Array.isArray(issue['expression']) ? issue['expression'] : [];
    for (const expression of expressions) {
      const index = /^Bundle\.entry\[(\d+)\]/u.exec(textOf(expression) ?? '')?.[1];
      if (index !== undefined && Number(index) < count) return Number(index);
    }
  }
  return undefined;
}
