import type { Bundle, BundleEntry } from '@fieldchart/clinical';
import {
  bundleSchema,
  describeIssue,
  mutationIdOf,
  resourceKey,
  validateResource,
} from '@fieldchart/clinical';
import { type Result, fail, ok } from '@fieldchart/foundation';
import { type Entry, type Refusal, refusal } from '../write/mutation.ts';

const MAX_ENTRIES = 1000;
const VERSION = /^W\/"([1-9][0-9]{0,8})"$/u;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/u;

export interface PutRequest {
  /** `Type/id` from the address. */
  readonly url: string;
  readonly body: unknown;
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
  readonly mutationId?: string | undefined;
}

/** Reads one PUT: address, conditions and a resource that its schema accepts. */
export function parsePut(request: PutRequest): Entry {
  const { mutationId } = request;
  const refused = (one: Refusal): Entry => ({
    ok: false,
    refusal: one,
    ...(mutationId === undefined ? {} : { mutationId }),
  });
  if (mutationId !== undefined && !UUID.test(mutationId)) {
    return { ok: false, refusal: refusal(400, 'value', 'the mutation id is not a UUID in lower case') };
  }
  const version = request.ifMatch === undefined ? undefined : VERSION.exec(request.ifMatch)?.[1];
  if (request.ifMatch !== undefined && version === undefined) {
    return refused(refusal(400, 'value', 'If-Match is not of the form W/"1"'));
  }
  if (request.ifNoneMatch !== undefined && request.ifNoneMatch !== '*') {
    return refused(refusal(400, 'value', 'If-None-Match is not *'));
  }
  if (request.ifNoneMatch !== undefined && version !== undefined) {
    return refused(refusal(400, 'value', 'If-Match and If-None-Match exclude each other'));
  }
  const valid = validateResource(request.body);
  if (!valid.ok) {
    const [first, ...rest] = valid.error.issues;
    const more = rest.length === 0 ? '' : ` (and ${rest.length} more)`;
    return refused(
      refusal(422, 'structure', `${first?.path ?? ''}: ${first?.message ?? 'invalid'}${more}`, first?.path),
    );
  }
  if (resourceKey(valid.value) !== request.url) {
    return refused(refusal(400, 'invalid', 'the address and the resource name different things'));
  }
  return {
    ok: true,
    mutation: {
      resource: valid.value,
      onlyCreate: request.ifNoneMatch === '*',
      ...(version === undefined ? {} : { ifMatch: Number(version) }),
      ...(mutationId === undefined ? {} : { mutationId }),
    },
  };
}

export interface WriteBundle {
  readonly type: 'batch' | 'transaction';
  readonly entries: readonly Entry[];
  /** The entries as they came. */
  readonly sources: readonly BundleEntry[];
}

/** Reads a batch or transaction. What is wrong with one entry is that entry's own outcome. */
export function parseBundle(
  body: unknown,
): Result<WriteBundle, { readonly kind: 'refused'; readonly refusal: Refusal }> {
  const parsed = bundleSchema.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const { path, message } =
      issue === undefined ? { path: 'Bundle', message: '' } : describeIssue('Bundle', issue);
    return fail({ kind: 'refused', refusal: refusal(400, 'structure', `${path}: ${message}`, path) });
  }
  const bundle: Bundle = parsed.data;
  if (bundle.type !== 'batch' && bundle.type !== 'transaction') {
    return fail({
      kind: 'refused',
      refusal: refusal(
        400,
        'not-supported',
        'a Bundle posted here is a batch or a transaction',
        'Bundle.type',
      ),
    });
  }
  const entries = bundle.entry ?? [];
  if (entries.length > MAX_ENTRIES) {
    const text = `a Bundle may hold ${MAX_ENTRIES} entries`;
    return fail({ kind: 'refused', refusal: refusal(413, 'too-long', text, 'Bundle.entry') });
  }
  return ok({
    type: bundle.type,
    entries: entries.map(parseEntry),
    // Not the parser's: it puts the elements in an order of its own.
    sources: (body as Bundle).entry ?? [],
  });
}

/** Reads one entry of a Bundle that is written. */
export function parseEntry(entry: BundleEntry): Entry {
  const { request } = entry;
  if (request?.method !== 'PUT') {
    return { ok: false, refusal: refusal(400, 'not-supported', 'an entry is written by PUT') };
  }
  const mutationId = mutationIdOf(request);
  return parsePut({
    url: request.url,
    body: entry.resource,
    ifMatch: request.ifMatch,
    ifNoneMatch: request.ifNoneMatch,
    ...(mutationId === undefined ? {} : { mutationId }),
  });
}
