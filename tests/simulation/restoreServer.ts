import { type ResourceKey, resourceKey, SHORTEST_RETENTION } from '@fieldchart/clinical';
import type { Device } from './device.ts';
import { readHandedOver } from './handedOver.ts';
import { marksIn } from './marks.ts';
import type { World } from './runPlan.ts';
import type { WrittenVersion } from './server/simulatedServer.ts';

const DAY = 86_400_000;

/**
 * Puts the last backup in the place of the server's database. What was written since comes back from the device that
 * wrote the newest version of a record; what no device can bring, a disk's backup loses, and the chronicle says so.
 */
export async function restoreServer(world: World): Promise<void> {
  const { server, witness, chronicle, devices, scheduler } = world;
  const before = new Map(witness.current);
  const membersBefore = await server.caseloads();
  const handedOverBefore = await readHandedOver(server);
  await server.restore();
  await witness.startAnew();
  chronicle.restored();

  const membersAfter = await server.caseloads();
  for (const [clientId, members] of membersBefore) {
    for (const member of members) {
      if (membersAfter.get(clientId)?.has(member) !== true) chronicle.accessLost(member, clientId);
    }
  }
  // What was acknowledged before the policy's days may age out until the device hears of the restore: it does not know better.
  const since = chronicle.facts.agesOut ? scheduler.now() - SHORTEST_RETENTION * DAY : 0;
  const gone: string[] = [];
  for (const [key, version] of before) {
    if (witness.current.get(key)?.mutationId === version.mutationId) continue;
    const members = membersBefore.get(version.clientId ?? '');
    // Who had lost the client erases, or has erased, what could have been brought.
    const holders = devices.filter(({ practitionerId }) => members?.has(practitionerId) === true);
    if (!holders.some((device) => canBring(device, version, since)))
      gone.push(key, ...marksIn(version.resource));
  }
  const kept = new Set(marksIn(await readHandedOver(server)));
  gone.push(...marksIn(handedOverBefore).filter((mark) => !kept.has(mark)));
  gone.push(...keysIn(handedOverBefore, chronicle.facts.made.keys()));
  chronicle.lostByRestore(gone);
}

/** Whether the device has its own change to the record still, under way or acknowledged since then. */
function canBring(device: Device, { mutationId, resource }: WrittenVersion, since: number): boolean {
  const tables = device.disk().read("SELECT 1 FROM sqlite_schema WHERE name = 'epoch_checks'");
  if (mutationId === null || tables.length === 0) return false;
  const own = device.disk().read(
    `SELECT 1 FROM receipts WHERE mutation_id = ? AND server_time >= ?
       UNION ALL SELECT 1 FROM outbox WHERE id = ?`,
    [mutationId, new Date(since).toISOString(), mutationId],
  );
  const record = device.disk().read('SELECT 1 FROM records WHERE key = ?', [resourceKey(resource)]);
  return own.length > 0 && record.length > 0;
}

function keysIn(text: string, keys: Iterable<ResourceKey>): readonly ResourceKey[] {
  return [...keys].filter((key) => text.includes(key));
}
