import type { FhirResource, ResourceKey } from '@fieldchart/clinical';

/**
 * What records held at the revisions that someone in this process was shown: the bases for merging a change that
 * derives from one of them. Editors live no longer than the process, so memory is enough.
 */
export interface RecentContents {
  remember(key: ResourceKey, revision: number, resource: FhirResource): void;
  /** Null when it is too long ago. */
  recall(key: ResourceKey, revision: number): FhirResource | null;
}

const RECORDS = 64;
const REVISIONS = 8;

export function createRecentContents(): RecentContents {
  const byKey = new Map<ResourceKey, Map<number, FhirResource>>();
  return {
    remember(key, revision, resource) {
      const revisions = byKey.get(key) ?? new Map<number, FhirResource>();
      byKey.delete(key);
      byKey.set(key, revisions);
      revisions.delete(revision);
      revisions.set(revision, resource);
      forgetOldest(revisions, REVISIONS);
      forgetOldest(byKey, RECORDS);
    },
    recall: (key, revision) => byKey.get(key)?.get(revision) ?? null,
  };
}

/** A map lists its keys in the order in which they were set. */
function forgetOldest<Key>(map: Map<Key, unknown>, keep: number): void {
  for (const key of map.keys()) {
    if (map.size <= keep) return;
    map.delete(key);
  }
}
