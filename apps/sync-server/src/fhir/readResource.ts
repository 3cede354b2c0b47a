import type { Bundle, FhirResource } from '@fieldchart/clinical';
import type { Database } from '../storage/openStorage.ts';
import { readScope } from '../access/readScope.ts';
import type { Actor } from '../write/mutation.ts';
import type { VersionRow } from './answer.ts';

/** The current version, if the actor may read it: what they may not read is as good as absent. */
export async function readCurrentVersion(
  db: Database,
  actor: Actor,
  type: string,
  id: string,
): Promise<(VersionRow & { readonly client_id: string | null }) | undefined> {
  return db
    .selectFrom('resource')
    .select(['type', 'id', 'version', 'client_id', 'body', 'written_at'])
    .where('type', '=', type)
    .where('id', '=', id)
    .where(readScope(actor))
    .executeTakeFirst();
}

/** One version of a resource, if the actor may read it. */
export async function readVersion(
  db: Database,
  actor: Actor,
  of: { readonly type: string; readonly id: string; readonly version: number },
): Promise<(VersionRow & { readonly client_id: string | null }) | undefined> {
  return db
    .selectFrom('history')
    .select(['type', 'id', 'version', 'client_id', 'body', 'written_at'])
    .where('type', '=', of.type)
    .where('id', '=', of.id)
    .where('version', '=', of.version)
    .where(readScope(actor))
    .executeTakeFirst();
}

/** Resources as a searchset, with the addresses of its pages. */
export function toSearchset(
  resources: readonly FhirResource[],
  links: { readonly self: string; readonly next?: string | undefined; readonly total?: number | undefined },
): Bundle {
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    ...(links.total === undefined ? {} : { total: links.total }),
    link: [
      { relation: 'self', url: links.self },
      ...(links.next === undefined ? [] : [{ relation: 'next', url: links.next }]),
    ],
    entry: resources.map((resource) => ({
      fullUrl: `${resource.resourceType}/${resource.id}`,
      resource,
      search: { mode: 'match' as const },
    })),
  };
}
