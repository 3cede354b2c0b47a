import { createHash } from 'node:crypto';
import type { ClientGroup } from '@fieldchart/clinical';

/** A group as a term of an index: its value may be words of any length, and an index takes 2,700 bytes. */
export function groupTerm({ kind, value }: Pick<ClientGroup, 'kind' | 'value'>): string {
  return createHash('sha256').update(`${kind}|${value}`).digest('base64url');
}
