import { versionOfEtag, versionOfLocation } from './etag.ts';
import { type JsonObject, isJsonObject, textOf } from './json.ts';

/** What an acknowledgement must name (O7). */
export interface NamedVersion {
  readonly versionId: string;
  /** Instant, as the server writes it. */
  readonly serverTime: string;
}

/**
 * The version that a successful entry of an answer names. FHIR lets a server say it in `response.etag` and
 * `response.lastModified`, in `response.location`, or by handing back the resource with its `meta`; that resource
 * counts only if it is the one that was sent, and its time only if it is that version's. Undefined: no receipt (O7).
 */
export function readReceipt(row: JsonObject, response: JsonObject, key: string): NamedVersion | undefined {
  const meta = metaOf(row['resource'], key);
  const returned = textOf(meta?.['versionId']);
  const versionId =
    versionOfEtag(textOf(response['etag'])) ??
    versionOfLocation(textOf(response['location']), key) ??
    returned;
  const serverTime =
    textOf(response['lastModified']) ?? (returned === versionId ? textOf(meta?.['lastUpdated']) : undefined);
  return versionId === undefined || serverTime === undefined ? undefined : { versionId, serverTime };
}

function metaOf(resource: unknown, key: string): JsonObject | undefined {
  if (!isJsonObject(resource)) return undefined;
  const { resourceType, id, meta } = resource;
  const same = `${textOf(resourceType) ?? ''}/${textOf(id) ?? ''}` === key;
  return same && isJsonObject(meta) ? meta : undefined;
}
