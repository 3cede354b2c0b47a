import { bundleToRetentionWord } from '@fieldchart/clinical';
import type { Logger } from '@fieldchart/foundation';
import type { ClientToFetch, RecordStore } from '@fieldchart/record-store';
import type { FhirClient, ReadVerdict } from './fhirClient.ts';
import { holdsMutation } from './findOwnVersion.ts';
import { type LateWorkStore, type SealUpload, handOver } from './handOver.ts';
import { type Interruption, unauthorised, unknownToInterruption } from './interruption.ts';
import { linkParameter, linkPath, readFeedPage, readSearchPage } from './readBundle.ts';

export type PullStore = Pick<
  RecordStore,
  | 'cursor'
  | 'applyPage'
  | 'clientsToFetch'
  | 'applyEverythingPage'
  | 'endWish'
  | 'clientsToErase'
  | 'beginEpochChange'
  | 'epochDoubts'
  | 'endEpochChange'
> &
  LateWorkStore;

export interface PullOptions {
  readonly store: PullStore;
  readonly client: FhirClient;
  readonly seal: SealUpload;
  readonly logger: Logger;
  /** Asked between steps: true ends the run. */
  readonly stopped: () => boolean;
}

const pageSize = 200;

const notFhir: Interruption = { code: 'not-fhir', reachable: false };

/**
 * Reads the feed to its end, then fetches clients newly in the caseload, settles what a restored server lost, and lets
 * go of the clients that left.
 */
export async function pull(options: PullOptions): Promise<Interruption | undefined> {
  const { store, stopped } = options;
  for (const step of [followFeed, fetchClients, settleEpochChange]) {
    const interruption = await step(options);
    if (interruption !== undefined || stopped()) return interruption;
  }
  for (const clientId of await store.clientsToErase()) {
    const interruption = await handOver(options, clientId);
    if (interruption !== undefined || stopped()) return interruption;
  }
  return undefined;
}

/** After everything was read again: where the server has something newer, its history says whether it holds ours. */
async function settleEpochChange({ store, client, stopped }: PullOptions): Promise<Interruption | undefined> {
  const lacking = new Set<string>();
  for (const { key, mutationId } of await store.epochDoubts()) {
    const holds = await holdsMutation(client, key, mutationId);
    if (stopped()) return undefined;
    if (typeof holds !== 'boolean') return holds;
    if (!holds) lacking.add(key);
  }
  await store.endEpochChange(lacking);
  return undefined;
}

async function followFeed({
  store,
  client,
  logger,
  stopped,
}: PullOptions): Promise<Interruption | undefined> {
  let restarted = false;
  let opening = false;
  for (;;) {
    const cursor = await store.cursor();
    if (cursor === undefined && !opening) {
      // A device pushes before it first pulls: the server may have been restored in between, and without a cursor
      // nobody can tell. So whatever was acknowledged here is held against every opening.
      opening = true;
      await store.beginEpochChange();
    }
    const from = cursor === undefined ? '' : `&_cursor=${encodeURIComponent(cursor)}`;
    const answer = await client.read(`/fhir/$changes?_count=${String(pageSize)}${from}`);
    if (stopped()) return undefined;
    if (answer.kind === 'refused' && answer.status === 410 && cursor !== undefined && !restarted) {
      logger.warn('sync.cursor-forgotten');
      restarted = true;
      opening = true;
      await store.beginEpochChange();
      continue;
    }
    if (answer.kind !== 'resource') return readProblem(answer);
    const page = readFeedPage(answer.resource);
    const link = page?.links['next'] ?? page?.links['resume'];
    const next = link === undefined ? undefined : linkParameter(link, '_cursor');
    if (page === undefined || next === undefined) return notFhir;
    if (page.skipped > 0) logger.warn('sync.unknown-types', { entries: page.skipped });
    const retention = bundleToRetentionWord(answer.resource);
    await store.applyPage({ entries: page.entries, cursor: next, retention });
    if (page.links['next'] === undefined) return undefined;
    // A server that points to where we are would have us ask for ever.
    if (next === cursor) return notFhir;
    if (stopped()) return undefined;
  }
}

async function fetchClients(options: PullOptions): Promise<Interruption | undefined> {
  for (const fetch of await options.store.clientsToFetch()) {
    const interruption = await fetchClient(options, fetch);
    if (interruption !== undefined || options.stopped()) return interruption;
  }
  return undefined;
}

async function fetchClient(
  { store, client, logger, stopped }: PullOptions,
  { clientId, next }: ClientToFetch,
): Promise<Interruption | undefined> {
  const start = `/fhir/Patient/${clientId}/$everything?_count=${String(pageSize)}`;
  let path: string | null = next ?? start;
  while (path !== null && !stopped()) {
    const answer: ReadVerdict = await client.read(path);
    if (stopped()) return undefined;
    if (answer.kind === 'refused') {
      if (path !== start) {
        // The link has grown too old: what is here stays, and the rest is read from the start.
        path = start;
        continue;
      }
      // Access was lost again meanwhile; the feed will say so. Or a restored server has lost the client: to ask again
      // is for whoever asked. The other clients are not kept waiting.
      logger.warn('sync.client-refused', { status: answer.status });
      await store.endWish(clientId);
      return undefined;
    }
    if (answer.kind !== 'resource') return readProblem(answer);
    const page = readSearchPage(answer.resource);
    if (page === undefined) return notFhir;
    const link: string | undefined = page.links['next'];
    const following: string | null = link === undefined ? null : (linkPath(link) ?? null);
    if (following === path || (link !== undefined && following === null)) return notFhir;
    await store.applyEverythingPage({ clientId, versions: page.entries, next: following });
    path = following;
  }
  return undefined;
}

function readProblem(answer: Exclude<ReadVerdict, { readonly kind: 'resource' }>): Interruption {
  switch (answer.kind) {
    case 'refused':
      return { code: `http-${String(answer.status)}`, reachable: true };
    case 'reauthorise':
      return unauthorised;
    case 'unknown':
      return unknownToInterruption(answer);
  }
}
