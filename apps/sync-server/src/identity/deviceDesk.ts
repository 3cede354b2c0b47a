import { CodedError, type Clock, type Random } from '@fieldchart/foundation';
import { createAuditTrail } from '../audit/auditTrail.ts';
import type { Database } from '../storage/openStorage.ts';
import type { Actor } from '../write/mutation.ts';
import { hashText } from './hashText.ts';

export interface DeviceDesk {
  readonly db: Database;
  readonly clock: Clock;
  readonly random: Random;
}

/** A device as the administrator sees it. */
export interface ListedDevice {
  readonly id: string;
  readonly practitioner: string;
  readonly registeredAt: number;
  readonly state: 'active' | 'replaced' | 'revoked' | 'erase-requested' | 'erased';
  readonly revokedAt: number | null;
  readonly erasedAt: number | null;
  /** Uploads of sealed work that wait for the rescue key's holder. */
  readonly sealedWork: readonly { readonly sha256: string; readonly receivedAt: number }[];
}

export async function listDevices({ db }: Pick<DeviceDesk, 'db'>): Promise<ListedDevice[]> {
  const devices = await db
    .selectFrom('device')
    .innerJoin('practitioner', 'practitioner.id', 'device.practitioner_id')
    .selectAll('device')
    .select('name')
    .orderBy('registered_at', 'desc')
    .execute();
  const works = await db.selectFrom('sealed_work').select(['device_id', 'sha256', 'received_at']).execute();
  return devices.map((device) => ({
    id: device.id,
    practitioner: device.name,
    registeredAt: device.registered_at,
    state:
      device.erased_at !== null
        ? 'erased'
        : device.replaced_by !== null
          ? 'replaced'
          : device.revoked_at === null
            ? 'active'
            : device.erase_requested
              ? 'erase-requested'
              : 'revoked',
    revokedAt: device.revoked_at,
    erasedAt: device.erased_at,
    sealedWork: works
      .filter((work) => work.device_id === device.id)
      .map((work) => ({ sha256: work.sha256, receivedAt: work.received_at })),
  }));
}

/**
 * Withdraws a device, at once: its tokens end, and its next request for one is answered with a scope for sealed work
 * and the acknowledgement alone. Asked for again with `erase` it is asked to erase, too. False for an unknown device.
 */
export async function revokeDevice(
  desk: DeviceDesk,
  id: string,
  options: { readonly erase: boolean; readonly actor: Actor },
): Promise<boolean> {
  const device = await desk.db
    .selectFrom('device')
    .select(['practitioner_id', 'revoked_at', 'erase_requested'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (device === undefined) return false;
  await desk.db
    .updateTable('device')
    .set({
      revoked_at: device.revoked_at ?? desk.clock.now(),
      erase_requested: device.erase_requested || options.erase,
    })
    .where('id', '=', id)
    .execute();
  await createAuditTrail(desk)({
    action: 'device-revoked',
    actor: options.actor,
    outcome: '0',
    what: [`Practitioner/${device.practitioner_id}`],
    details: { device: id, erase: String(options.erase) },
  });
  return true;
}

/** Keeps a withdrawn device's sealed work; the same text again changes nothing. Yields its SHA-256, the receipt. */
export async function receiveSealedWork(desk: DeviceDesk, actor: Actor, work: string): Promise<string> {
  const sha256 = await hashText(work);
  const kept = await desk.db
    .insertInto('sealed_work')
    .values({ device_id: deviceOf(actor), sha256, work, received_at: desk.clock.now() })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (kept.numInsertedOrUpdatedRows === 1n) {
    await createAuditTrail(desk)({
      action: 'sealed-work-received',
      actor,
      outcome: '0',
      details: { sha256 },
    });
  }
  return sha256;
}

/** The device says that it destroyed what it held. */
export async function acknowledgeErased(desk: DeviceDesk, actor: Actor): Promise<void> {
  const marked = await desk.db
    .updateTable('device')
    .set({ erased_at: desk.clock.now() })
    .where('id', '=', deviceOf(actor))
    .where('erased_at', 'is', null)
    .executeTakeFirst();
  if (marked.numUpdatedRows !== 1n) return;
  await createAuditTrail(desk)({ action: 'device-erased', actor, outcome: '0' });
}

/** A sealed upload, to be opened where the rescue key is: never here. */
export async function readSealedWork(
  desk: DeviceDesk,
  work: { readonly deviceId: string; readonly sha256: string | undefined; readonly actor: Actor },
): Promise<{ readonly sha256: string; readonly work: string } | undefined> {
  let query = desk.db
    .selectFrom('sealed_work')
    .select(['sha256', 'work'])
    .where('device_id', '=', work.deviceId)
    .orderBy('received_at', 'desc');
  if (work.sha256 !== undefined) query = query.where('sha256', '=', work.sha256);
  const found = await query.executeTakeFirst();
  if (found === undefined) return undefined;
  await createAuditTrail(desk)({
    action: 'sealed-work-read',
    actor: work.actor,
    outcome: '0',
    details: { device: work.deviceId, sha256: found.sha256 },
  });
  return found;
}

function deviceOf(actor: Actor): string {
  if (actor.deviceId === null) throw new CodedError('NO_DEVICE', 'only a device may do this');
  return actor.deviceId;
}
