import type { Clock, Random } from '@fieldchart/foundation';
import { createAuditTrail } from '../audit/auditTrail.ts';
import type { Database } from '../storage/openStorage.ts';
import type { Actor } from '../write/mutation.ts';

export interface Policy {
  /** Wrong secrets in a row after which a device destroys its key record, 5 to 100; null for never. */
  readonly eraseAfter: number | null;
  /** Hours for which emergency access is given, 1 to 168; null for not at all. */
  readonly emergencyHours: number | null;
}

/**
 * Changes what is given of the policy, and yields the whole. What it says of erasing holds for tickets issued from now
 * on: devices that are enrolled keep what their ticket said. What it says of emergency access holds from now on.
 */
export async function changePolicy(
  deps: { readonly db: Database; readonly clock: Clock; readonly random: Random },
  change: { readonly [Name in keyof Policy]?: Policy[Name] | undefined },
  actor: Actor,
): Promise<Policy> {
  const { eraseAfter, emergencyHours } = change;
  const changed = await deps.db
    .updateTable('organization')
    .set({
      ...(eraseAfter === undefined ? {} : { erase_after_attempts: eraseAfter }),
      ...(emergencyHours === undefined ? {} : { emergency_hours: emergencyHours }),
    })
    .returning(['erase_after_attempts', 'emergency_hours'])
    .executeTakeFirstOrThrow();
  await createAuditTrail(deps)({
    action: 'policy-changed',
    actor,
    outcome: '0',
    details: {
      ...(eraseAfter === undefined ? {} : { 'erase-after-attempts': String(eraseAfter ?? 'never') }),
      ...(emergencyHours === undefined ? {} : { 'emergency-hours': String(emergencyHours ?? 'never') }),
    },
  });
  return { eraseAfter: changed.erase_after_attempts, emergencyHours: changed.emergency_hours };
}
