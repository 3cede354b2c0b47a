import { createHash } from 'node:crypto';
import { type ResourceKey, keyOfReference } from '@fieldchart/clinical';

/** A resource of a bundle as it came, with its address there. */
export interface BundledResource {
  readonly fullUrl: string | undefined;
  readonly resource: Readonly<Record<string, unknown>> & { readonly resourceType: string };
}

/** How a reference inside the bundle is said here: a key, or undefined if it leads out of the bundle or nowhere. */
export type ReferenceResolver = (reference: string) => ResourceKey | undefined;

/** An id in the shape of a UUID that is the same whenever the same thing is imported again. */
export function derivedId(name: string): string {
  const bytes = createHash('sha256').update(name).digest().subarray(0, 16);
  // Version 8 of RFC 9562: a UUID by a rule of our own.
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const ID = /^[A-Za-z0-9\-.]{1,64}$/u;

/** The id that a resource gets here: its own where it has one, else that of its urn, else one made of its address. */
export function importedId({ fullUrl, resource }: BundledResource): string | undefined {
  const own = resource['id'];
  if (typeof own === 'string' && ID.test(own)) return own;
  if (own !== undefined || fullUrl === undefined) return undefined;
  return /^urn:uuid:([0-9a-f-]{36})$/u.exec(fullUrl)?.[1] ?? derivedId(fullUrl);
}

/** Resolves references by the addresses and identifiers of a bundle's resources. */
export function createResolver(
  entries: readonly { readonly key: ResourceKey; readonly bundled: BundledResource }[],
): ReferenceResolver {
  const byUrl = new Map<string, ResourceKey>();
  const byIdentifier = new Map<string, ResourceKey>();
  for (const { key, bundled } of entries) {
    if (bundled.fullUrl !== undefined) byUrl.set(bundled.fullUrl, key);
    for (const { system, value } of identifiersOf(bundled.resource)) {
      byIdentifier.set(`${bundled.resource.resourceType}?identifier=${system}|${value}`, key);
    }
  }
  return (reference) => {
    const withoutVersion = reference.replace(/\/_history\/[^/]+$/u, '');
    return byUrl.get(withoutVersion) ?? byIdentifier.get(reference) ?? keyOfReference(withoutVersion);
  };
}

function identifiersOf(resource: BundledResource['resource']): { system: string; value: string }[] {
  const list: unknown = resource['identifier'];
  return (Array.isArray(list) ? (list as unknown[]) : [list]).flatMap((entry) => {
    if (typeof entry !== 'object' || entry === null || !('system' in entry) || !('value' in entry)) return [];
    const { system, value } = entry;
    return typeof system === 'string' && typeof value === 'string' ? [{ system, value }] : [];
  });
}

/** A reference as it is after the import, or undefined to leave it out. */
export type ReferenceRewriter = (reference: string) => string | undefined;

/** What is left of `value` after rewriting its references; elements that nothing is left of go too. */
export function rewriteReferences(value: unknown, rewrite: ReferenceRewriter): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => rewriteReferences(item, rewrite)).filter((item) => item !== undefined);
    return items.length === 0 && value.length > 0 ? undefined : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  let left = false;
  const copy: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    const kept =
      name === 'reference' && typeof item === 'string' ? rewrite(item) : rewriteReferences(item, rewrite);
    if (kept === undefined) left = true;
    else copy[name] = kept;
  }
  // A type alone says nothing once the reference is gone.
  const telling = Object.keys(copy).filter((name) => name !== 'type' || !('reference' in value));
  return left && telling.length === 0 ? undefined : copy;
}
