import { CodedError, type Clock, type Random, toFingerprint } from '@fieldchart/foundation';
import { createAuditTrail, toAuditRow } from '../audit/auditTrail.ts';
import type { Database } from '../storage/openStorage.ts';
import type { Actor } from '../write/mutation.ts';
import { closeAlert, raiseAlert } from './alerts.ts';
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
  /** Of its signing key, as alerts name keys. */
  readonly fingerprint: string;
  readonly registeredAt: number;
  readonly state: 'active' | 'replaced' | 'revoked' | 'erase-requested' | 'erased';
  readonly revokedAt: number | null;
  readonly erasedAt: number | null;
  /** Uploads of sealed work, oldest first. */
  readonly sealedWork: readonly ListedSealedWork[];
}

export interface ListedSealedWork {
  readonly sha256: string;
  readonly receivedAt: number;
  /** When a holder of the rescue key first opened it. */
  readonly readAt: number | null;
}

export async function listDevices({ db }: Pick<DeviceDesk, 'db'>): Promise<ListedDevice[]> {
  const devices = await db
    .selectFrom('device')
    .innerJoin('practitioner', 'practitioner.id', 'device.practitioner_id')
    .selectAll('device')
    .select('name')
    .orderBy('registered_at', 'desc')
    .execute();
  const works = await db
    .selectFrom('sealed_work')
    .select(['device_id', 'sha256', 'received_at', 'read_at'])
    .orderBy('received_at')
    .orderBy('sha256')
    .execute();
  return devices.map((device) => ({
    id: device.id,
    practitioner: device.name,
    fingerprint: toFingerprint(device.thumbprint),
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
      .map(({ sha256, received_at, read_at }) => ({ sha256, receivedAt: received_at, readAt: read_at })),
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

/**
 * Keeps a device's sealed work; the same text again changes nothing, however many are sent at the same time. Yields its
 * SHA-256, the receipt. Once it is given the device may erase, so it is given only for what is committed.
 */
export async function receiveSealedWork(desk: DeviceDesk, actor: Actor, work: string): Promise<string> {
  const sha256 = await hashText(work);
  const deviceId = deviceOf(actor);
  const now = desk.clock.now();
  await desk.db.transaction().execute(async (trx) => {
    await lockDevice(trx, deviceId);
    const kept = await trx
      .insertInto('sealed_work')
      .values({ device_id: deviceId, sha256, work, received_at: now, read_at: null })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (kept.numInsertedOrUpdatedRows !== 1n) return;
    const event = { action: 'sealed-work-received', actor, outcome: '0', details: { sha256 } } as const;
    await trx
      .insertInto('audit')
      .values(toAuditRow(event, desk.random, now))
      .execute();
    await raiseAlert(trx, now, {
      kind: 'sealed-work-waiting',
      subject: deviceId,
      deviceId,
      ...(actor.practitionerId === null ? {} : { practitionerId: actor.practitionerId }),
      details: {},
    });
  });
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

/** A sealed upload, the one of the SHA-256 or the latest, to be opened where the rescue key is: never here. */
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

/** The rescue key opened an upload. Once it has opened all of a device's their alert closes; they stay for ever. */
export async function markSealedWorkOpened(
  desk: Pick<DeviceDesk, 'db' | 'clock'>,
  work: { readonly deviceId: string; readonly sha256: string },
): Promise<boolean> {
  const now = desk.clock.now();
  return desk.db.transaction().execute(async (trx) => {
    await lockDevice(trx, work.deviceId);
    const uploads = await trx
      .selectFrom('sealed_work')
      .select(['sha256', 'read_at'])
      .where('device_id', '=', work.deviceId)
      .execute();
    if (!uploads.some(({ sha256 }) => sha256 === work.sha256)) return false;
    await trx
      .updateTable('sealed_work')
      .set({ read_at: now })
      .where('device_id', '=', work.deviceId)
      .where('sha256', '=', work.sha256)
      .where('read_at', 'is', null)
      .execute();
    const waiting = uploads.some(({ sha256, read_at }) => read_at === null && sha256 !== work.sha256);
    if (!waiting) await closeAlert(trx, now, { kind: 'sealed-work-waiting', subject: work.deviceId });
    return true;
  });
}

/** One transaction at a time about a device's uploads: whether some wait is judged on all of them. */
async function lockDevice(trx: Database, id: string): Promise<void> {
  await trx.selectFrom('device').select('id').where('id', '=', id).forUpdate().execute();
}

function deviceOf(actor: Actor): string {
  if (actor.deviceId === null) throw new CodedError('NO_DEVICE', 'only a device may do this');
  return actor.deviceId;
}
