import { type Clock, type Random, randomUuid } from '@fieldchart/foundation';
import { sql } from 'kysely';
import { toAuditRow } from '../audit/auditTrail.ts';
import { raiseAlert } from '../identity/alerts.ts';
import type { Database } from '../storage/openStorage.ts';
import type { Actor } from '../write/mutation.ts';

export interface EpochDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly random: Random;
}

export interface EpochReason {
  /** Only if this is the epoch still: of many who notice the same restore, one starts the new epoch. */
  readonly instead?: string;
  readonly actor: Actor;
  /** What was seen that nobody had announced; raises an alert. */
  readonly suspicion?: Readonly<Record<string, string>>;
}

export interface StartedEpoch {
  /** Time of the newest write that the database holds: what came after it was lost, unless a device has it. */
  readonly lastWritten: number;
}

const YEAR_2020 = 1_577_836_800_000;
/** Where the clock is behind the floor: it was set back. */
const STEP = 1_000_000;

/**
 * Begins a new epoch: this database is not the continuation of the one that devices read from. All cursors end, and
 * versions are numbered from a floor that no version given out before can have reached: the seconds since 2020, since
 * no record changes once a second for years. It is the time alone that counts: a floor counted on from the backup's
 * would be the same each time that the backup is restored. The version numbers of the lost time so keep the one meaning they had on
 * the devices, and an If-Match that names one never fits another content by chance.
 */
export async function startEpoch(deps: EpochDeps, reason: EpochReason): Promise<StartedEpoch | undefined> {
  const now = deps.clock.now();
  const seconds = Math.max(0, Math.floor((now - YEAR_2020) / 1000));
  const epoch = randomUuid(deps.random);
  return deps.db.transaction().execute(async (trx) => {
    let change = trx
      .updateTable('organization')
      .set({
        epoch,
        version_floor: sql<number>`case when ${seconds}::int > version_floor then ${seconds}::int
          else version_floor + ${STEP}::int end`,
      })
      .returning('last_written');
    if (reason.instead !== undefined) change = change.where('epoch', '=', reason.instead);
    const changed = await change.executeTakeFirst();
    if (changed === undefined) return undefined;
    const details = reason.suspicion ?? { announced: 'true' };
    const event = { action: 'epoch-started', actor: reason.actor, outcome: '0', details } as const;
    await trx
      .insertInto('audit')
      .values(toAuditRow(event, deps.random, now))
      .execute();
    if (reason.suspicion !== undefined) {
      const { practitionerId, deviceId } = reason.actor;
      await raiseAlert(trx, now, {
        kind: 'restore-suspected',
        subject: epoch,
        ...(practitionerId === null ? {} : { practitionerId }),
        ...(deviceId === null ? {} : { deviceId }),
        details,
      });
    }
    return { lastWritten: changed.last_written };
  });
}
