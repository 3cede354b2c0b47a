import type { Clock, Random } from '@fieldchart/foundation';
import { createAuditTrail } from '../audit/auditTrail.ts';
import type { Database } from '../storage/openStorage.ts';
import type { Actor } from '../write/mutation.ts';

export interface Policy {
  /** Wrong secrets in a row after which a device destroys its key record, 5 to 100; null for never. */
  readonly eraseAfter: number | null;
  /** Hours for which emergency access is given, 1 to 168; null for not at all. */
  readonly emergencyHours: number | null;
  /** Days for which closed records stay on devices, 30 to 3650; null for as long as their client does. */
  readonly retentionDays: number | null;
}

/**
 * Changes what is given of the policy, and yields the whole. What it says of erasing holds for tickets issued from now
 * on: devices that are enrolled keep what their ticket said. What it says of emergency access holds from now on; what it
 * says of retention holds on each device from its next contact on.
 */
export async function changePolicy(
  deps: { readonly db: Database; readonly clock: Clock; readonly random: Random },
  change: { readonly [Name in keyof Policy]?: Policy[Name] | undefined },
  actor: Actor,
): Promise<Policy> {
  const { eraseAfter, emergencyHours, retentionDays } = change;
  const changed = await deps.db
    .updateTable('organization')
    .set({
      ...(eraseAfter === undefined ? {} : { erase_after_attempts: eraseAfter }),
      ...(emergencyHours === undefined ? {} : { emergency_hours: emergencyHours }),
      ...(retentionDays === undefined ? {} : { retention_days: retentionDays }),
    })
    .returning(['erase_after_attempts', 'emergency_hours', 'retention_days'])
    .executeTakeFirstOrThrow();
  await createAuditTrail(deps)({
    action: 'policy-changed',
    actor,
    outcome: '0',
    details: {
      ...(eraseAfter === undefined ? {} : { 'erase-after-attempts': String(eraseAfter ?? 'never') }),
      ...(emergencyHours === undefined ? {} : { 'emergency-hours': String(emergencyHours ?? 'never') }),
      ...(retentionDays === undefined ? {} : { 'retention-days': String(retentionDays ?? 'never') }),
    },
  });
  return {
    eraseAfter: changed.erase_after_attempts,
    emergencyHours: changed.emergency_hours,
    retentionDays: changed.retention_days,
  };
}
