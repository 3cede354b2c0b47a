import {
  CURSOR_HEADER,
  mutationIdExtension,
  mutationIdOf,
  type RetentionWord,
  retentionWordToBundle,
  syncProblemDetails,
} from '@fieldchart/clinical';
import { toInstant } from '@fieldchart/foundation';
import type { HttpAnswer, HttpRequest, HttpTransport } from '../httpTransport.ts';

/** What happens to the next request instead of the ordinary. */
export type Fault =
  | 'no-network'
  /** Never answered. */
  | 'silence'
  /** The server does its work, and the answer is lost. */
  | 'answer-lost'
  | 'portal'
  | 'cut'
  | 'ok'
  | { readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> };

export interface FakeServer {
  readonly transport: HttpTransport;
  /** The faults of the next requests, in order; then all is well. */
  readonly faults: Fault[];
  /** A fault for every request as long as it is set. */
  weather: (request: HttpRequest) => Fault;
  /** One line for each request. */
  readonly log: string[];
  /** Bodies of the bundles that were posted, as they came. */
  readonly posted: string[];
  /** Every version ever written, in order. */
  readonly versions: Version[];
  /** Judges a written entry: a status other than undefined refuses it. */
  refuse: (resource: Json) => { readonly status: number; readonly text: string } | undefined;
  write(resource: Json, mutationId?: string): Version;
  grant(clientId: string): void;
  revoke(clientId: string): void;
  /** A new epoch: cursors of the old one are refused. */
  restart(): void;
  /** Whether an empty page is held back for those who wait for changes, until something is written. */
  holds: boolean;
  /** Answers all who wait, with nothing. */
  endWaits(): void;
  /** What each page of the feed says of time and policy; undefined: nothing, as other servers. */
  retention: RetentionWord | undefined;
}

export interface Version {
  readonly key: string;
  readonly version: number;
  readonly resource: Json;
  readonly mutationId: string | undefined;
  readonly time: string;
}

export type Json = { readonly resourceType: string; readonly id: string; readonly [name: string]: unknown };

type FeedItem = Version | { readonly access: 'access-gained' | 'access-lost'; readonly clientId: string };

interface Written {
  readonly resource: Json;
  readonly request: {
    readonly url: string;
    readonly ifMatch?: string;
    readonly ifNoneMatch?: string;
    readonly extension?: readonly { readonly url: string; readonly valueUuid?: string }[];
  };
}

/** A FHIR server in memory with the behaviour that the engine counts on; the real one is used in the simulation. */
export function createFakeServer(onRequest: (line: string) => void = () => {}): FakeServer {
  const versions: Version[] = [];
  const feed: FeedItem[] = [];
  let epoch = 1;
  const waiting: (() => void)[] = [];
  const wake = () => {
    for (const answer of waiting.splice(0)) answer();
  };

  const latest = (key: string) => versions.findLast((version) => version.key === key);

  const write = (resource: Json, mutationId?: string): Version => {
    const key = `${resource.resourceType}/${resource.id}`;
    const version = (latest(key)?.version ?? 0) + 1;
    const time = toInstant(1_800_000_000_000 + versions.length * 1000);
    const meta = { versionId: String(version), lastUpdated: time };
    const row = { key, version, resource: { ...resource, meta }, mutationId, time };
    versions.push(row);
    feed.push(row);
    wake();
    return row;
  };

  const writeEntry = ({
    resource,
    request,
  }: Written): { status: number; version?: Version; text?: string } => {
    const mutationId = mutationIdOf(request);
    const known = versions.find((version) => version.mutationId === mutationId);
    if (known !== undefined) return { status: 200, version: known };
    const refused = server.refuse(resource);
    if (refused !== undefined) return refused;
    const held = latest(request.url);
    if (request.ifNoneMatch === '*' && held !== undefined) return { status: 412 };
    if (request.ifMatch !== undefined) {
      if (held === undefined) return { status: 404 };
      if (request.ifMatch !== `W/"${String(held.version)}"`) return { status: 412 };
    }
    return { status: held === undefined ? 201 : 200, version: write(resource, mutationId) };
  };

  const postBundle = (body: string): HttpAnswer => {
    const { type, entry } = JSON.parse(body) as { type: string; entry: readonly Written[] };
    const before = { versions: versions.length, feed: feed.length };
    const outcomes = entry.map(writeEntry);
    const bad = outcomes.findIndex((outcome) => outcome.version === undefined);
    if (type === 'transaction' && bad !== -1) {
      versions.length = before.versions;
      feed.length = before.feed;
      return json(outcomes[bad]?.status ?? 400, issue(outcomes[bad]?.text, `Bundle.entry[${String(bad)}]`));
    }
    return json(200, {
      resourceType: 'Bundle',
      type: `${type}-response`,
      entry: outcomes.map(({ status, version, text }) => ({
        response:
          version === undefined
            ? { status: String(status), outcome: issue(text) }
            : { status: String(status), etag: `W/"${String(version.version)}"`, lastModified: version.time },
      })),
    });
  };

  const versionEntry = (version: Version) => ({
    fullUrl: version.key,
    resource: version.resource,
    request: {
      method: 'PUT',
      url: version.key,
      ...(version.mutationId === undefined ? {} : { extension: [mutationIdExtension(version.mutationId)] }),
    },
    response: { status: '200', etag: `W/"${String(version.version)}"`, lastModified: version.time },
  });

  const readFeed = (query: URLSearchParams): HttpAnswer => {
    const [cursorEpoch, from] = (query.get('_cursor') ?? `${String(epoch)}.0`).split('.').map(Number);
    if (cursorEpoch !== epoch || from === undefined) return json(410, epochIssue);
    const page = feed.slice(from, from + Number(query.get('_count')));
    const to = from + page.length;
    return json(200, {
      resourceType: 'Bundle',
      ...(server.retention === undefined ? {} : retentionWordToBundle(server.retention)),
      type: 'history',
      link: [
        {
          relation: to < feed.length ? 'next' : 'resume',
          url: `https://fieldchart.example/fhir/$changes?_count=2&_cursor=${String(epoch)}.${String(to)}`,
        },
      ],
      entry: page.map((item) =>
        'access' in item
          ? {
              resource: {
                resourceType: 'Parameters',
                parameter: [{ name: item.access, valueReference: { reference: `Patient/${item.clientId}` } }],
              },
              request: { method: 'POST', url: '$access' },
            }
          : versionEntry(item),
      ),
    });
  };

  const everything = (clientId: string, query: URLSearchParams): HttpAnswer => {
    const keys = [...new Set(versions.map((version) => version.key))];
    if (!keys.includes(`Patient/${clientId}`)) return json(404, issue('unknown'));
    const inChart = keys
      .map((key) => latest(key))
      .filter((version) => version !== undefined)
      .filter((version) => JSON.stringify(version.resource).includes(clientId));
    const from = Number(query.get('from') ?? 0);
    const next = `https://fieldchart.example/fhir/Patient/${clientId}/$everything?_count=2&from=${String(from + 2)}`;
    return json(200, {
      resourceType: 'Bundle',
      type: 'searchset',
      link: from + 2 < inChart.length ? [{ relation: 'next', url: next }] : [],
      entry: inChart.slice(from, from + 2).map(({ key, resource }) => ({ fullUrl: key, resource })),
    });
  };

  const route = (request: HttpRequest): HttpAnswer => {
    const { pathname, searchParams } = new URL(request.path, 'https://fieldchart.example');
    if (pathname === '/health') return json(200, { status: 'ok', time: toInstant(0) });
    if (pathname === '/fhir') {
      const cursor = request.headers[CURSOR_HEADER];
      const isOld = cursor !== undefined && !cursor.startsWith(`${String(epoch)}.`);
      return isOld ? json(410, epochIssue) : postBundle(request.body ?? '');
    }
    if (pathname === '/fhir/$changes') return readFeed(searchParams);
    const client = /^\/fhir\/Patient\/([^/]+)\/\$everything$/u.exec(pathname)?.[1];
    if (client !== undefined) return everything(client, searchParams);
    const history = /^\/fhir\/(.+)\/_history$/u.exec(pathname)?.[1];
    const found = versions.filter((version) => version.key === history).toReversed();
    if (found.length === 0) return json(404, issue('unknown'));
    return json(200, { resourceType: 'Bundle', type: 'history', entry: found.map(versionEntry) });
  };

  const server: FakeServer = {
    faults: [],
    weather: () => 'ok',
    log: [],
    posted: [],
    versions,
    refuse: () => undefined,
    write,
    grant(clientId) {
      feed.push({ access: 'access-gained', clientId });
      wake();
    },
    revoke(clientId) {
      feed.push({ access: 'access-lost', clientId });
      wake();
    },
    restart() {
      epoch += 1;
      wake();
    },
    holds: true,
    retention: undefined,
    endWaits: wake,
    transport: {
      async request(request) {
        await Promise.resolve();
        const watches = isWatch(request);
        const fault = (watches ? undefined : server.faults.shift()) ?? server.weather(request);
        if (watches && fault === 'ok' && server.holds && isQuiet(route(request))) {
          await new Promise<void>((resolve) => waiting.push(resolve));
        }
        const line = describe(request, fault);
        server.log.push(line);
        onRequest(line);
        if (request.path === '/fhir' && fault !== 'no-network') server.posted.push(request.body ?? '');
        if (fault === 'no-network') throw new TypeError('no network');
        if (fault === 'silence') return new Promise(() => {});
        if (fault === 'portal') return { status: 200, headers: {}, body: '<html>Accept our terms</html>' };
        if (typeof fault === 'object') return json(fault.status, fault.body ?? issue('fault'), fault.headers);
        const answer = route(request);
        if (fault === 'answer-lost') throw new TypeError('connection reset');
        return fault === 'cut' ? { ...answer, body: answer.body.slice(0, answer.body.length / 2) } : answer;
      },
    },
  };
  return server;
}

const epochIssue = {
  resourceType: 'OperationOutcome',
  issue: [{ severity: 'error', code: 'expired', details: syncProblemDetails('epoch-changed') }],
};

const isWatch = (request: HttpRequest) => request.path.includes('_wait=');

function isQuiet(answer: HttpAnswer): boolean {
  return (
    answer.status === 200 && (JSON.parse(answer.body) as { entry: readonly unknown[] }).entry.length === 0
  );
}

function describe(request: HttpRequest, fault: Fault): string {
  const size =
    request.path === '/fhir'
      ? `:${String((JSON.parse(request.body ?? '') as { entry: [] }).entry.length)}`
      : '';
  const name =
    request.path === '/fhir'
      ? 'push'
      : (/\/(health|\$changes|\$everything|_history)/u.exec(request.path)?.[1] ?? '');
  return `${name.replace('health', 'probe').replace('$changes', isWatch(request) ? 'watch' : 'pull')}${size} ${typeof fault === 'object' ? String(fault.status) : fault}`;
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): HttpAnswer {
  return {
    status,
    headers: { 'content-type': 'application/fhir+json', ...headers },
    body: JSON.stringify(body),
  };
}

function issue(text: string | undefined, expression?: string) {
  return {
    resourceType: 'OperationOutcome',
    issue: [
      {
        severity: 'error',
        code: 'processing',
        diagnostics: text,
        ...(expression === undefined ? {} : { expression: [expression] }),
      },
    ],
  };
}
