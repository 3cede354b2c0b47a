import type { TokenHolder } from '../identity/grantToken.ts';
import { scopeFor } from '../identity/scopes.ts';
import type { Entry } from '../write/mutation.ts';
import { requireScope } from './context.ts';

/**
 * Refuses with 403 a write of which the token's scope does not cover every entry: `c` for what must not exist yet, `u`
 * for what must, both where it is not said. A Bundle of nothing needs to be allowed to write something.
 */
export function requireWriteScope(holder: Pick<TokenHolder, 'scope'>, entries: readonly Entry[]): void {
  if (entries.length === 0) requireScope(holder, 'user/*.cu');
  for (const entry of entries) {
    // What was wrong with it is its own outcome.
    if (!entry.ok) continue;
    const { resource, onlyCreate, ifMatch } = entry.mutation;
    const letters = onlyCreate ? 'c' : ifMatch === undefined ? 'cu' : 'u';
    requireScope(holder, scopeFor(resource.resourceType, letters));
  }
}
