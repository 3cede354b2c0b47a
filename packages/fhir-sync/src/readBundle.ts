import {
  type FhirResource,
  isResourceType,
  keyOfReference,
  mutationIdOf,
  parametersToAccessEvent,
} from '@fieldchart/clinical';
import type { PulledEntry, PulledVersion } from '@fieldchart/record-store';
import { versionOfEtag } from './etag.ts';
import { type JsonObject, isJsonObject, objectsOf, resourceOfType, textOf } from './json.ts';

/** One page of a history, a feed or a search. */
export interface Page<Entry> {
  readonly entries: readonly Entry[];
  readonly links: Readonly<Record<string, string>>;
  /** Entries of resource types that this app does not know. */
  readonly skipped: number;
}

/** A page of the feed; undefined if any of it cannot be read, so that a page applies whole or not at all. */
export function readFeedPage(json: JsonObject): Page<PulledEntry> | undefined {
  return readPage(json, 'history', (entry) => readAccessEvent(entry) ?? readVersion(entry));
}

/** A page of a resource's history, newest first. */
export function readHistoryPage(json: JsonObject): Page<PulledVersion> | undefined {
  return readPage(json, 'history', readVersion);
}

/** A page of `$everything`. */
export function readSearchPage(json: JsonObject): Page<PulledVersion> | undefined {
  return readPage(json, 'searchset', readVersion);
}

type Unread = 'malformed' | 'unknown-type';

function readPage<Entry>(
  json: JsonObject,
  type: string,
  readEntry: (entry: JsonObject) => Entry | Unread,
): Page<Entry> | undefined {
  const bundle = resourceOfType(json, 'Bundle');
  const rows = objectsOf(bundle?.['entry'] ?? []);
  const links = objectsOf(bundle?.['link'] ?? []);
  if (bundle?.['type'] !== type || rows === undefined || links === undefined) return undefined;
  const entries: Entry[] = [];
  let skipped = 0;
  for (const row of rows) {
    const entry = readEntry(row);
    if (entry === 'malformed') return undefined;
    if (entry === 'unknown-type') skipped += 1;
    else entries.push(entry);
  }
  const named = links.map((link) => [textOf(link['relation']) ?? '', textOf(link['url']) ?? ''] as const);
  return { entries, skipped, links: Object.fromEntries(named) };
}

function readAccessEvent(entry: JsonObject): PulledEntry | Unread | undefined {
  const parameters = resourceOfType(entry['resource'], 'Parameters');
  if (parameters === undefined) return undefined;
  const event = parametersToAccessEvent(parameters);
  return event.ok ? { kind: event.value.change, clientId: event.value.clientId } : 'malformed';
}

function readVersion(entry: JsonObject): PulledVersion | Unread {
  const request = isJsonObject(entry['request']) ? entry['request'] : undefined;
  const response = isJsonObject(entry['response']) ? entry['response'] : undefined;
  const resource = isJsonObject(entry['resource']) ? entry['resource'] : undefined;
  const meta = isJsonObject(resource?.['meta']) ? resource['meta'] : undefined;
  const versionId = textOf(meta?.['versionId']) ?? versionOfEtag(textOf(response?.['etag']));
  const serverTime = textOf(meta?.['lastUpdated']) ?? textOf(response?.['lastModified']);
  if (versionId === undefined || serverTime === undefined) return 'malformed';

  const deleted = request?.['method'] === 'DELETE';
  const key = deleted ? keyOfReference(textOf(request['url'])) : keyOf(resource);
  if (key === undefined) return 'malformed';
  if (!isResourceType(key.slice(0, key.indexOf('/')))) return 'unknown-type';
  const mutationId = mutationIdOf({ extension: extensionsOf(request) });
  return {
    kind: 'version',
    key,
    // The server has validated it, and a field that only a newer server knows must not hide a record.
    resource: deleted ? null : (resource as unknown as FhirResource),
    versionId,
    serverTime,
    ...(mutationId === undefined ? {} : { mutationId }),
  };
}

function keyOf(resource: JsonObject | undefined): string | undefined {
  const type = textOf(resource?.['resourceType']);
  const id = textOf(resource?.['id']);
  return type === undefined || id === undefined ? undefined : `${type}/${id}`;
}

function extensionsOf(request: JsonObject | undefined): readonly { url: string; valueUuid?: string }[] {
  return (objectsOf(request?.['extension']) ?? []).map((extension) => {
    const valueUuid = textOf(extension['valueUuid']);
    return { url: textOf(extension['url']) ?? '', ...(valueUuid === undefined ? {} : { valueUuid }) };
  });
}

/** What follows the server's base address in a link's URL. Only the path is used: never another host. */
export function linkPath(url: string): string | undefined {
  const at = url.indexOf('/fhir/');
  return at === -1 ? undefined : url.slice(at);
}

/** A parameter of a link's URL, decoded. */
export function linkParameter(url: string, name: string): string | undefined {
  const query = url.slice(url.indexOf('?') + 1);
  for (const pair of query.split('&')) {
    const at = pair.indexOf('=');
    if (at !== -1 && pair.slice(0, at) === name) return decodeParameter(pair.slice(at + 1));
  }
  return undefined;
}

function decodeParameter(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
