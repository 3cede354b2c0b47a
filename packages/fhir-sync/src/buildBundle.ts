import { mutationIdExtension } from '@fieldchart/clinical';
import type { Batch, BatchEntry } from '@fieldchart/record-store';

/**
 * The bundle for these entries. The bodies go in byte for byte as they were frozen at the attempt, and nothing
 * else varies, so that every retry sends the same bytes (O4).
 */
export function buildBundle(kind: Batch['kind'], entries: readonly BatchEntry[]): string {
  return `{"resourceType":"Bundle","type":${JSON.stringify(kind)},"entry":[${entries.map(bundleEntry).join(',')}]}`;
}

function bundleEntry(entry: BatchEntry): string {
  const request = JSON.stringify({
    method: entry.kind === 'delete' ? 'DELETE' : 'PUT',
    url: entry.key,
    ...precondition(entry),
    extension: [mutationIdExtension(entry.mutationId)],
  });
  return entry.kind === 'delete'
    ? `{"request":${request}}`
    : `{"resource":${entry.body},"request":${request}}`;
}

function precondition(entry: BatchEntry): { readonly ifMatch?: string; readonly ifNoneMatch?: string } {
  if (entry.kind === 'create') return { ifNoneMatch: '*' };
  return entry.ifMatch === null ? {} : { ifMatch: `W/"${entry.ifMatch}"` };
}
