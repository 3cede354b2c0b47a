import { isRecord, type OfflineAction } from '../offlineTypes.ts';

/** What redux-offline's own reconciler throws for an answer that is not 2xx. */
export class AnswerError extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`answered ${status}`);
    this.status = status;
  }
}

export interface Request {
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}

/**
 * - `refuse`: 422, nothing done.
 * - `lose request`: it never arrives.
 * - `lose answer`: it arrives, and nobody learns of it.
 */
export type Fault = 'refuse' | 'lose request' | 'lose answer' | number;

/** A REST server that minds order: nothing may refer to what is not there, be updated before its create, or twice created. */
export interface RestServer {
  /** redux-offline's `effect`. The same request of the same transaction, once done, is answered again and not done again. */
  effect(effect: unknown, action?: OfflineAction): Promise<unknown>;
  /** What arrived, as `METHOD /path {body}`. */
  readonly log: readonly string[];
  readonly requests: readonly Request[];
  /** What it answered, whether or not anybody heard. */
  readonly answers: readonly (Request & { readonly status: number })[];
  state(): Readonly<Record<string, unknown>>;
  /** For the requests to come, in order; then none. */
  fail(...faults: readonly Fault[]): void;
  refuse(test: (request: Request) => boolean): void;
  /** Requests wait until `go()`. */
  hold(): { go(): Promise<void> };
  put(url: string, body: object): void;
}

export function createRestServer(options: { readonly partialPut?: boolean } = {}): RestServer {
  const records = new Map<string, Readonly<Record<string, unknown>>>();
  const requests: Request[] = [];
  const answers: (Request & { readonly status: number })[] = [];
  let faults: Fault[] = [];
  let refused: (request: Request) => boolean = () => false;
  let gate: Promise<void> | undefined;
  let open: () => void = () => undefined;

  const missing = (body: unknown): boolean =>
    [...referencesIn(body)].some((reference) => !records.has(reference));
  const referred = (url: string): boolean =>
    [...records].some(([other, body]) => other !== url && referencesIn(body).has(url));

  /** `POST /notes/1/stamp` keeps the text that the note has at that moment. */
  const command = (path: string): number => {
    const target = path.slice(0, path.lastIndexOf('/'));
    const before = records.get(target);
    if (before === undefined) return 404;
    records.set(target, { ...before, stamped: before['text'] });
    return 200;
  };

  const act = ({ method, url, body }: Request): number => {
    const path = url.split('?')[0] ?? url;
    if (method === 'GET') return 200;
    if (method === 'DELETE') {
      if (!records.has(path)) return 404;
      if (referred(path)) return 409;
      records.delete(path);
      return 200;
    }
    if (!isRecord(body)) return 400;
    if (missing(body)) return 422;
    if (method === 'POST' && body['id'] === undefined) return command(path);
    if (method === 'POST') {
      const created = `${path}/${String(body['id'])}`;
      if (records.has(created)) return 409;
      records.set(created, body);
      return 201;
    }
    const before = records.get(path);
    if (before === undefined) return 404;
    if (method === 'PATCH') {
      const after = Object.entries({ ...before, ...body }).filter(([name]) => body[name] !== null);
      records.set(path, Object.fromEntries(after));
    } else {
      records.set(path, options.partialPut === true ? { ...before, ...body } : { id: before['id'], ...body });
    }
    return 200;
  };

  const done = new Map<string, number>();
  const answer = (request: Request, fault: Fault | undefined, key: string | undefined): number => {
    const before = key === undefined ? undefined : done.get(key);
    if (before !== undefined) return before;
    if (typeof fault === 'number') return fault;
    return fault === 'refuse' || refused(request) ? 422 : act(request);
  };

  return {
    async effect(effect, action) {
      const request = toRequest(effect);
      const key = action === undefined ? undefined : JSON.stringify([action.meta.transaction, request]);
      await gate;
      const fault = faults.shift();
      if (fault === 'lose request') throw new TypeError('Failed to fetch');
      requests.push(request);
      const status = answer(request, fault, key);
      answers.push({ ...request, status });
      if (status < 300 && key !== undefined) done.set(key, status);
      if (fault === 'lose answer') throw new TypeError('Failed to fetch');
      if (status >= 300) throw new AnswerError(status);
      return request.body ?? null;
    },
    get log() {
      return requests.map(({ method, url, body }) =>
        body === undefined ? `${method} ${url}` : `${method} ${url} ${JSON.stringify(body)}`,
      );
    },
    requests,
    answers,
    state: () => Object.fromEntries([...records].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    fail(...next) {
      faults = [...next];
    },
    refuse(test) {
      refused = test;
    },
    hold() {
      gate ??= new Promise((resolve) => {
        open = resolve;
      });
      return {
        async go() {
          gate = undefined;
          open();
          await settled();
        },
      };
    },
    put(url, body) {
      records.set(url, { ...body });
    },
  };
}

/** Lets everything run that waits for nothing but its turn, redux-offline's timers of no time among it. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 4; round += 1) {
    // A timer of no time that was set before this one fires before it, however slow or quick the machine is.
    await new Promise((resolve) => {
      setTimeout(resolve, 0);
    });
    for (let turn = 0; turn < 10; turn += 1) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  }
}

function toRequest(effect: unknown): Request {
  const { method, url, json } = effect as {
    readonly method: string;
    readonly url: string;
    readonly json?: unknown;
  };
  return { method, url, body: json };
}

/** Texts that begin with a slash are references. */
function referencesIn(body: unknown, found = new Set<string>()): Set<string> {
  if (typeof body === 'string' && body.startsWith('/')) found.add(body);
  else if (Array.isArray(body)) for (const item of body as unknown[]) referencesIn(item, found);
  else if (isRecord(body)) for (const item of Object.values(body)) referencesIn(item, found);
  return found;
}
