import type { ResourceKey } from '@fieldchart/clinical';
import type { KnownHere } from '@fieldchart/record-store';

/** Something that the server found. */
export interface ServerHit {
  readonly key: ResourceKey;
}

/**
 * What of the server's answer stands below the device's own list, in the order in which its pages came, each record once.
 *
 * Where the device has the record, or knows that it is deleted, the device has the word: whether it answers and what it
 * says is in the device's list, with unsent work in it. What the policy aged out has no text here, so the server has the
 * word. A section of its own is what cannot jump: pages only add to its end, and the device's list never moves for it.
 */
export function onlyOnServer<Hit extends ServerHit>(
  pages: readonly (readonly Hit[])[],
  known: ReadonlyMap<ResourceKey, KnownHere>,
): Hit[] {
  const seen = new Set<ResourceKey>();
  return pages.flat().filter(({ key }) => {
    const here = known.get(key);
    if (seen.has(key) || here === 'here' || here === 'deleted') return false;
    seen.add(key);
    return true;
  });
}
