import type { Entry } from './entry.ts';

export interface Candidate {
  readonly entry: Entry;
  /** Of its body, in the unit of the limit. */
  readonly size: number;
}

/** One bundle: a `transaction` is one whole group, a `batch` holds entries independent of each other. */
export interface BatchPlan {
  readonly kind: 'batch' | 'transaction';
  readonly ids: readonly string[];
}

/**
 * Chooses the next bundle from entries that may be sent now: all that they need is acknowledged or in their own
 * group (O3), hence none of them needs another outside its group. They arrive in order of sequence, each group
 * with all its members. The first unit always travels, even if it alone exceeds the limits.
 */
export function planBatch(
  candidates: readonly Candidate[],
  limits: { readonly entries: number; readonly bytes: number },
): BatchPlan | undefined {
  const first = candidates[0];
  if (first === undefined) return undefined;
  if (first.entry.group !== null) {
    const { group } = first.entry;
    const members = candidates.filter(({ entry }) => entry.group === group);
    return { kind: 'transaction', ids: members.map(({ entry }) => entry.id) };
  }
  const ids: string[] = [];
  let bytes = 0;
  for (const { entry, size } of candidates) {
    if (entry.group !== null) continue;
    if (ids.length > 0 && (ids.length >= limits.entries || bytes + size > limits.bytes)) break;
    ids.push(entry.id);
    bytes += size;
  }
  return { kind: 'batch', ids };
}
