import { isRecord } from './offlineTypes.ts';

/** Longer texts are prose and no names. */
const LONGEST_NAME = 300;

/** A URL without query, fragment and final slash: the name of what it addresses. */
export function resourceOfUrl(url: string): string {
  const end = url.search(/[?#]/u);
  const path = end === -1 ? url : url.slice(0, end);
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

export function queryOfUrl(url: string): string {
  const [beforeFragment = ''] = url.split('#', 1);
  const start = beforeFragment.indexOf('?');
  return start === -1 ? '' : beforeFragment.slice(start + 1);
}

/** The names under which bodies refer to a resource: its id, its collection and id, its whole URL. */
export function namesOf(resource: string): readonly string[] {
  return [...new Set([resource, shortName(resource), lastSegment(resource)])].filter((name) => name !== '');
}

/** The resources above one: `/notes/1` of `/notes/1/comments/2`. Nearest first. */
export function parentsOf(resource: string): readonly string[] {
  const scheme = resource.indexOf('://');
  const start = scheme === -1 ? 0 : resource.indexOf('/', scheme + 3);
  const parents: string[] = [];
  if (start === -1) return parents;
  for (let end = resource.lastIndexOf('/'); end > start; end = resource.lastIndexOf('/', end - 1)) {
    parents.push(resource.slice(0, end));
  }
  return parents;
}

/**
 * Everything in a body that could name a resource, at any depth: short texts anywhere, numbers where the field's
 * name ends in `id` or `ids`.
 */
export function namesIn(body: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (value: unknown, field: string) => {
    if (typeof value === 'string') addText(names, value);
    else if (typeof value === 'number' && /ids?$/iu.test(field)) names.add(String(value));
    else if (Array.isArray(value)) for (const item of value as unknown[]) visit(item, field);
    else if (isRecord(value)) for (const [name, item] of Object.entries(value)) visit(item, name);
  };
  visit(body, '');
  return names;
}

/** What a reference may be the name of: itself if it is an id, its path and the end of it if it is a URL. */
export function namesOfReference(reference: string): readonly string[] {
  if (!reference.includes('/')) return [reference];
  const resource = resourceOfUrl(reference);
  return [resource, shortName(resource)];
}

function addText(names: Set<string>, text: string): void {
  if (text === '' || text.length > LONGEST_NAME || /\s/u.test(text)) return;
  for (const name of namesOfReference(text)) names.add(name);
}

export function lastSegment(resource: string): string {
  const segment = resource.slice(resource.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Collection and id, `notes/1`: what a full URL, a path and a relative reference have in common. */
function shortName(resource: string): string {
  return resource.split('/').slice(-2).join('/');
}
