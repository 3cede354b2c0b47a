import type { Clock } from '@fieldchart/foundation';
import {
  type BundleVerdict,
  type SentBundle,
  type UnknownOutcome,
  classifyAnswer,
  unknownOutcome,
  unreadable,
} from './classifyAnswer.ts';
import type { HttpAnswer, HttpRequest, HttpTransport } from './httpTransport.ts';
import { type JsonObject, isJsonObject, parseJson } from './json.ts';

/** What push and pull need of a FHIR server, and no more: other servers become adapters of this. */
export interface FhirClient {
  /** Never rejects for what happens on the way: that is an unknown outcome. */
  sendBundle(bundle: SentBundle, body: string): Promise<BundleVerdict>;
  read(path: string): Promise<ReadVerdict>;
}

export type ReadVerdict =
  | { readonly kind: 'resource'; readonly resource: JsonObject }
  /** The FHIR server says no (4xx), and will again. */
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'reauthorise' }
  | UnknownOutcome;

const fhirJson = 'application/fhir+json';

export function createFhirClient(options: {
  readonly transport: HttpTransport;
  readonly clock: Clock;
}): FhirClient {
  const ask = async (request: HttpRequest): Promise<HttpAnswer | undefined> => {
    try {
      return await options.transport.request(request);
    } catch {
      return undefined;
    }
  };

  return {
    async sendBundle(bundle, body) {
      const answer = await ask({
        method: 'POST',
        path: '/fhir',
        headers: { 'content-type': fhirJson, accept: fhirJson },
        body,
        timeoutMs: 60_000,
      });
      return answer === undefined ? noAnswer : classifyAnswer(answer, bundle, options.clock.now());
    },

    async read(path) {
      const answer = await ask({ method: 'GET', path, headers: { accept: fhirJson }, timeoutMs: 60_000 });
      return answer === undefined ? noAnswer : classifyRead(answer, options.clock.now());
    },
  };
}

const noAnswer: UnknownOutcome = { kind: 'unknown', code: 'no-answer', serverFault: false };

function classifyRead(answer: HttpAnswer, now: number): ReadVerdict {
  const { status } = answer;
  if (status === 401) return { kind: 'reauthorise' };
  if (status === 408 || status === 429 || status >= 500) return unknownOutcome(answer, now);
  const json = parseJson(answer.body);
  if (!isJsonObject(json) || typeof json['resourceType'] !== 'string') return unreadable();
  if (status === 200) return { kind: 'resource', resource: json };
  if (status >= 400 && json['resourceType'] === 'OperationOutcome') return { kind: 'refused', status };
  return unreadable();
}
