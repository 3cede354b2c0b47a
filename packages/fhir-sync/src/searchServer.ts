import {
  type FhirResource,
  type ResourceType,
  bundleSchema,
  searchPath,
  validateResource,
} from '@fieldchart/clinical';
import { type Result, fail, ok } from '@fieldchart/foundation';
import type { HttpAnswer, HttpTransport } from './httpTransport.ts';
import { isJsonObject, parseJson } from './json.ts';

/** A question to the server, or the next page of one: the form of a search of one type. */
export interface ServerQuestion {
  readonly type: ResourceType;
  /** As `noteSearchForm` and its like write it. */
  readonly form: string;
}

/** One page of the server's answer, validated. */
export interface ServerPage {
  /** In the server's order; `score` below 1 where only a misspelt name answers. */
  readonly matches: readonly { readonly resource: FhirResource; readonly score: number }[];
  /** Whom the matches are about, where that was asked for. */
  readonly included: readonly FhirResource[];
  /** The server is still making its search: some may be missing. */
  readonly preparing: boolean;
  readonly next: ServerQuestion | null;
}

export interface ServerProblem {
  /**
   * `unreachable`: no answer of the server. `busy`: it has no time, or a fault. `refused`: it says no, and will again.
   * `absent`: there is no such record, or none that this person may read. `unreadable`: not what was asked for.
   */
  readonly kind: 'unreachable' | 'busy' | 'refused' | 'absent' | 'unreadable';
}

/** Somebody waits at the screen, who has the device's own answer before them. */
const TIMEOUT_MS = 10_000;
const fhirJson = 'application/fhir+json';

/**
 * Asks the server one page of a search. What was typed goes in the body and stands in no address. Nothing is stored.
 * Never rejects; `cancelled` ends the request, and the answer is then `unreachable`.
 */
export async function searchServer(
  transport: HttpTransport,
  { type, form }: ServerQuestion,
  cancelled?: Promise<void>,
): Promise<Result<ServerPage, ServerProblem>> {
  const answer = await askQuietly(() =>
    transport.request({
      method: 'POST',
      path: searchPath(type),
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: fhirJson },
      body: form,
      timeoutMs: TIMEOUT_MS,
      ...(cancelled === undefined ? {} : { cancelled }),
    }),
  );
  const json = jsonOf(answer);
  return json.ok ? readPage(json.value, type) : json;
}

/** Reads one resource from the server, validated. Nothing is stored. Never rejects; `cancelled` as of {@link searchServer}. */
export async function readFromServer(
  transport: HttpTransport,
  of: { readonly type: ResourceType; readonly id: string },
  cancelled?: Promise<void>,
): Promise<Result<FhirResource, ServerProblem>> {
  const answer = await askQuietly(() =>
    transport.request({
      method: 'GET',
      path: `/fhir/${of.type}/${encodeURIComponent(of.id)}`,
      headers: { accept: fhirJson },
      timeoutMs: TIMEOUT_MS,
      ...(cancelled === undefined ? {} : { cancelled }),
    }),
  );
  const json = jsonOf(answer);
  if (!json.ok) return json;
  const resource = validateResource(json.value);
  const isIt = resource.ok && resource.value.resourceType === of.type && resource.value.id === of.id;
  return isIt ? ok(resource.value) : fail({ kind: 'unreadable' });
}

async function askQuietly(ask: () => Promise<HttpAnswer>): Promise<HttpAnswer | undefined> {
  try {
    return await ask();
  } catch {
    return undefined;
  }
}

/** The server's FHIR JSON. A page of something in between, as a hotel's sign-in, is no word of the server's. */
function jsonOf(answer: HttpAnswer | undefined): Result<unknown, ServerProblem> {
  if (answer === undefined) return fail({ kind: 'unreachable' });
  const { status } = answer;
  if (status === 408 || status === 429 || status >= 500) return fail({ kind: 'busy' });
  // The device is not known yet, or its token was not renewed: the sync says what is to be done.
  if (status === 401) return fail({ kind: 'refused' });
  const json = parseJson(answer.body);
  if (!isJsonObject(json) || typeof json['resourceType'] !== 'string') return fail({ kind: 'unreachable' });
  if (status === 200) return ok(json);
  return fail({ kind: status === 404 || status === 410 ? 'absent' : 'refused' });
}

/** The page whole, or nothing of it. */
function readPage(json: unknown, type: ResourceType): Result<ServerPage, ServerProblem> {
  const bundle = bundleSchema.safeParse(json);
  if (!bundle.success || bundle.data.type !== 'searchset') return fail({ kind: 'unreadable' });
  const matches: { resource: FhirResource; score: number }[] = [];
  const included: FhirResource[] = [];
  let preparing = false;
  for (const { resource, search } of bundle.data.entry ?? []) {
    if (search?.mode === 'outcome') {
      preparing = true;
      continue;
    }
    const valid = validateResource(resource);
    if (!valid.ok || valid.value.id === undefined) return fail({ kind: 'unreadable' });
    if (search?.mode === 'include') included.push(valid.value);
    else if (valid.value.resourceType !== type) return fail({ kind: 'unreadable' });
    else matches.push({ resource: valid.value, score: search?.score ?? 1 });
  }
  const next = bundle.data.link?.find(({ relation }) => relation === 'next')?.url;
  const at = next?.indexOf('?') ?? -1;
  return ok({
    matches,
    included,
    preparing,
    next: next === undefined || at === -1 ? null : { type, form: next.slice(at + 1) },
  });
}
