import { type FhirResource, type ResourceKey, resourceKey } from '@fieldchart/clinical';
import type { SqliteStorage } from '@fieldchart/redux-persist-sqlite';
import { offlineActionOf } from '../redux/fifo.ts';
import { openReduxOffline } from '../redux/reduxOffline.ts';
import { type Counted, startCount } from './counted.ts';
import type { BenchServer } from './startBenchServer.ts';

export interface FifoPush {
  /** Seconds in which everything was enqueued; with a storage, each action durably before the next. */
  readonly enqueued: number;
  readonly sent: Counted;
}

/**
 * Sends resources through the published redux-offline, as an app on a REST API does: one PUT each, one in flight.
 * An update names the version that the updates before it will have made: this is as far as a FIFO can know.
 */
export async function pushByFifo(
  server: BenchServer,
  resources: Iterable<FhirResource>,
  options: { readonly exist: boolean; readonly storage?: SqliteStorage },
): Promise<FifoPush> {
  const { token } = await server.addDevice();
  const offline = await openReduxOffline(options.storage === undefined ? {} : { storage: options.storage });
  const versions = new Map<ResourceKey, number>();
  const start = performance.now();
  for (const resource of resources) {
    const key = resourceKey(resource);
    const version = (versions.get(key) ?? 0) + 1;
    versions.set(key, version);
    const precondition =
      version === 1 && !options.exist
        ? { 'if-none-match': '*' }
        : { 'if-match': `W/"${options.exist ? version : version - 1}"` };
    offline.enqueue(
      offlineActionOf(key, resource, {
        url: `${server.url}/fhir/${key}`,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/fhir+json',
          ...precondition,
        },
      }),
    );
    if (options.storage !== undefined) await offline.persisted();
  }
  const enqueued = (performance.now() - start) / 1000;
  const stop = await startCount(server);
  await offline.drain();
  const sent = await stop();
  await offline.close();
  if (offline.discarded() > 0) throw new Error(`redux-offline threw ${offline.discarded()} actions away`);
  return { enqueued, sent };
}

const PAGE = 200;

interface SearchPage {
  readonly total: number;
  readonly entry?: readonly unknown[];
}

/**
 * Reads all resources of some types through redux-offline's effects, page after page of a FHIR search. redux-offline
 * itself has no pull; what it reads stays in memory here.
 */
export async function readByFifo(
  server: BenchServer,
  types: readonly string[],
): Promise<{ readonly read: Counted; readonly records: number }> {
  const { token } = await server.addDevice();
  const kept: unknown[] = [];
  let latest: SearchPage = { total: 0 };
  const offline = await openReduxOffline({
    onResult(result) {
      latest = result as SearchPage;
      kept.push(...(latest.entry ?? []));
    },
  });
  const ask = (type: string, offset: number) =>
    offline.enqueue(
      offlineActionOf(type, undefined, {
        method: 'GET',
        url: `${server.url}/fhir/${type}?_count=${PAGE}&_offset=${offset}`,
        headers: { authorization: `Bearer ${token}` },
      }),
    );
  const stop = await startCount(server);
  for (const type of types) {
    ask(type, 0);
    await offline.drain();
    for (let offset = PAGE; offset < latest.total; offset += PAGE) ask(type, offset);
    await offline.drain();
  }
  const read = await stop();
  await offline.close();
  return { read, records: kept.length };
}
