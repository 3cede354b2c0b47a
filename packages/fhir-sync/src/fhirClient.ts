import { CURSOR_HEADER, type SyncProblem, syncProblemOf } from '@fieldchart/clinical';
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

/**
 * What push and pull need of a FHIR server, and no more: other servers become adapters of this.
 *
 * An adapter keeps three promises. It never rejects for what happens on the way: no answer, or one that is not the FHIR
 * server's, is an unknown outcome, and the same bytes go again (O4). It names an acknowledgement's version and time
 * (O7): an answer without them is an unknown outcome. And it judges by status and shape, never by message text.
 *
 * Push relies on If-Match and If-None-Match: where a server ignores one, its adapter reads before it writes. Mutation ids
 * and the order of bundles are a help where they are kept; content and history do without.
 */
export interface FhirClient {
  /**
   * Sends a bundle; `body` is byte for byte the same on every retry. `cursor`, where given, is the device's place in
   * the server's feed, by which a restored server knows that the device must pull first.
   */
  sendBundle(bundle: SentBundle, body: string, options?: SendOptions): Promise<BundleVerdict>;
  /**
   * Reads by a path from the base address on. Asked for are the feed (`/fhir/$changes`, a history bundle with a link
   * `next` or `resume` that carries `_cursor`), the history of a resource (newest first) and `Patient/{id}/$everything`
   * where the feed grants access; an adapter answers them out of what its server has.
   */
  read(path: string, options?: { readonly timeoutMs?: number }): Promise<ReadVerdict>;
}

export interface SendOptions {
  /** `/fhir` where not given. */
  readonly path?: string;
  readonly cursor?: string | undefined;
}

export type ReadVerdict =
  | { readonly kind: 'resource'; readonly resource: JsonObject }
  /** The FHIR server says no (4xx), and will again. */
  | { readonly kind: 'refused'; readonly status: number; readonly problem?: SyncProblem | undefined }
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
    async sendBundle(bundle, body, sent = {}) {
      const answer = await ask({
        method: 'POST',
        path: sent.path ?? '/fhir',
        headers: {
          'content-type': fhirJson,
          accept: fhirJson,
          ...(sent.cursor === undefined ? {} : { [CURSOR_HEADER]: sent.cursor }),
        },
        body,
        timeoutMs: 60_000,
      });
      return answer === undefined ? noAnswer : classifyAnswer(answer, bundle, options.clock.now());
    },

    async read(path, { timeoutMs = 60_000 } = {}) {
      const answer = await ask({ method: 'GET', path, headers: { accept: fhirJson }, timeoutMs });
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
  if (status >= 400 && json['resourceType'] === 'OperationOutcome')
    return { kind: 'refused', status, problem: syncProblemOf(json) };
  return unreadable();
}
