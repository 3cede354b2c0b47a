import type { Clock, Random } from '@fieldchart/foundation';
import { createAuditTrail } from '../audit/auditTrail.ts';
import type { Database } from '../storage/openStorage.ts';
import type { Actor } from '../write/mutation.ts';

export interface Policy {
  /** Wrong secrets in a row after which a device destroys its key record, 5 to 100; null for never. */
  readonly eraseAfter: number | null;
}

/** Changes what tickets issued from now on say. Devices that are enrolled keep what their ticket said. */
export async function changePolicy(
  deps: { readonly db: Database; readonly clock: Clock; readonly random: Random },
  policy: Policy,
  actor: Actor,
): Promise<Policy> {
  await deps.db.updateTable('organization').set({ erase_after_attempts: policy.eraseAfter }).execute();
  await createAuditTrail(deps)({
    action: 'policy-changed',
    actor,
    outcome: '0',
    details: { 'erase-after-attempts': String(policy.eraseAfter ?? 'never') },
  });
  return policy;
}
