/**
 * How the sync engine reaches the server. The platform's part (fetch, gzip of request bodies, TLS) stands behind it.
 * Rejects when there is no answer: whether the server acted on the request is then unknown.
 */
export interface HttpTransport {
  request(request: HttpRequest): Promise<HttpAnswer>;
}

export interface HttpRequest {
  readonly method: string;
  /** From the server's base address on, with a leading slash: `/fhir/Patient/1`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
  /** When it resolves nobody waits for the answer any more: the request ends, and rejects. */
  readonly cancelled?: Promise<void>;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
