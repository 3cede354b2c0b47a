import type { BundleEntry, FhirResource, OperationOutcome } from '@fieldchart/clinical';
import { mutationIdExtension, syncProblemDetails } from '@fieldchart/clinical';
import { toInstant } from '@fieldchart/foundation';
import { type Refusal, type Written } from '../write/mutation.ts';

/** A stored version as rows hold it. */
export interface VersionRow {
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly body: FhirResource;
  readonly written_at: number;
}

/** The resource with the server's version and time in its meta. */
export function withMeta(row: VersionRow): FhirResource {
  return {
    ...row.body,
    meta: { ...row.body.meta, versionId: String(row.version), lastUpdated: toInstant(row.written_at) },
  };
}

export function etag(version: number): string {
  return `W/"${version}"`;
}

/** `Bundle.entry.response` of something written: the same whenever it is asked for again (S2). */
export function writtenResponse(written: Written): NonNullable<BundleEntry['response']> {
  return {
    status: written.created ? '201 Created' : '200 OK',
    location: `${written.key}/_history/${written.version}`,
    etag: etag(written.version),
    lastModified: toInstant(written.writtenAt),
  };
}

export interface HistoryRow extends VersionRow {
  readonly mutation_id: string | null;
  readonly created: boolean;
}

/** An entry of a history or of the feed. */
export function historyEntry(row: HistoryRow): BundleEntry {
  const key = `${row.type}/${row.id}`;
  return {
    fullUrl: key,
    resource: withMeta(row),
    request: {
      method: 'PUT',
      url: key,
      ...(row.mutation_id === null ? {} : { extension: [mutationIdExtension(row.mutation_id)] }),
    },
    response: writtenResponse({
      key,
      version: row.version,
      writtenAt: row.written_at,
      created: row.created,
    }),
  };
}

export function toOutcome(...refusals: readonly Refusal[]): OperationOutcome {
  return {
    resourceType: 'OperationOutcome',
    issue: refusals.map((one) => ({
      severity: 'error',
      code: one.code,
      ...(one.problem === undefined ? {} : { details: syncProblemDetails(one.problem) }),
      diagnostics: one.text,
      ...(one.expression === undefined ? {} : { expression: [one.expression] }),
    })),
  };
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  410: 'Gone',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  422: 'Unprocessable Content',
};

/** `Bundle.entry.response` of an entry that was refused. */
export function refusedResponse(one: Refusal): NonNullable<BundleEntry['response']> {
  return { status: `${one.status} ${REASONS[one.status] ?? 'Refused'}`, outcome: toOutcome(one) };
}

/** Thrown inside a request to end it with an OperationOutcome. */
export class RequestRefused extends Error {
  readonly refusals: readonly Refusal[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(first: Refusal, options: { rest?: readonly Refusal[]; headers?: Record<string, string> } = {}) {
    super(first.text);
    this.name = 'RequestRefused';
    this.refusals = [first, ...(options.rest ?? [])];
    this.headers = options.headers ?? {};
  }
}
