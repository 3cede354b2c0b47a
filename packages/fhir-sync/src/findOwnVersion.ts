import type { BatchEntry, PulledResource, ServerVersion } from '@fieldchart/record-store';
import type { FhirClient } from './fhirClient.ts';
import { type Interruption, unauthorised, unknownToInterruption } from './interruption.ts';
import { type JsonObject, isJsonObject, parseJson } from './json.ts';
import { linkPath, readHistoryPage } from './readBundle.ts';

export type HistoryFinding =
  /** The server has what we sent: an earlier try succeeded and its answer was lost. */
  | { readonly kind: 'ours'; readonly version: ServerVersion }
  /** Somebody else's; null where the record is gone. */
  | { readonly kind: 'theirs'; readonly latest: PulledResource | null }
  /** The version that the entry builds on is still the latest, whatever the server said. */
  | { readonly kind: 'unmoved' }
  | { readonly kind: 'interrupted'; readonly interruption: Interruption };

/**
 * Looks through the server's versions since the entry's base for the entry itself: by its mutation id, or on
 * servers that keep none, by its content.
 */
export async function findOwnVersion(client: FhirClient, entry: BatchEntry): Promise<HistoryFinding> {
  const content = comparable(parseJson(entry.body));
  let latest: PulledResource | null | undefined;
  let path: string | undefined = `/fhir/${entry.key}/_history?_count=50`;
  while (path !== undefined) {
    const answer = await client.read(path);
    if (answer.kind === 'unknown') return interrupted(unknownToInterruption(answer));
    if (answer.kind === 'reauthorise') return interrupted(unauthorised);
    if (answer.kind === 'refused') return { kind: 'theirs', latest: latest ?? null };
    const page = readHistoryPage(answer.resource);
    if (page === undefined) return interrupted({ code: 'not-fhir', reachable: false });
    for (const version of page.entries) {
      if (version.versionId === entry.ifMatch)
        return latest === undefined ? { kind: 'unmoved' } : { kind: 'theirs', latest };
      const { versionId, serverTime, resource } = version;
      const same =
        version.mutationId === undefined
          ? resource !== null && comparable(resource) === content
          : version.mutationId === entry.mutationId;
      if (same) return { kind: 'ours', version: { versionId, serverTime } };
      if (latest === undefined) latest = resource === null ? null : { resource, versionId, serverTime };
    }
    path = page.links['next'] === undefined ? undefined : linkPath(page.links['next']);
  }
  return { kind: 'theirs', latest: latest ?? null };
}

/** Whether a change of ours stands in a record's history. */
export async function holdsMutation(
  client: FhirClient,
  key: string,
  mutationId: string,
): Promise<boolean | Interruption> {
  let path: string | undefined = `/fhir/${key}/_history?_count=50`;
  while (path !== undefined) {
    const answer = await client.read(path);
    if (answer.kind === 'unknown') return unknownToInterruption(answer);
    if (answer.kind === 'reauthorise') return unauthorised;
    if (answer.kind === 'refused') return false;
    const page = readHistoryPage(answer.resource);
    if (page === undefined) return { code: 'not-fhir', reachable: false };
    if (page.entries.some((version) => version.mutationId === mutationId)) return true;
    path = page.links['next'] === undefined ? undefined : linkPath(page.links['next']);
  }
  return false;
}

function interrupted(interruption: Interruption): HistoryFinding {
  return { kind: 'interrupted', interruption };
}

/** Text that is equal for resources of equal content, whatever the server wrote into `meta`. */
function comparable(resource: unknown): string {
  if (!isJsonObject(resource)) return '';
  const { meta: _, ...content } = resource;
  return JSON.stringify(sorted(content));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  const names = Object.keys(value).toSorted((a, b) => (a < b ? -1 : 1));
  return Object.fromEntries(names.map((name) => [name, sorted((value as JsonObject)[name])]));
}
