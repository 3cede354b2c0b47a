import { type ResourceKey, resourceKey } from '@fieldchart/clinical';
import type { Device } from './device.ts';
import { readHandedOver } from './handedOver.ts';
import { marksIn } from './marks.ts';
import type { World } from './runPlan.ts';
import type { WrittenVersion } from './server/simulatedServer.ts';

/**
 * Puts the last backup in the place of the server's database. What was written since comes back from the device that
 * wrote the newest version of a record; what no device can bring, a disk's backup loses, and the chronicle says so.
 */
export async function restoreServer(world: World): Promise<void> {
  const { server, witness, chronicle, devices } = world;
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
  const gone: string[] = [];
  for (const [key, version] of before) {
    if (witness.current.get(key)?.mutationId === version.mutationId) continue;
    const members = membersBefore.get(version.clientId ?? '');
    // Who had lost the client erases, or has erased, what could have been brought.
    const holders = devices.filter(({ practitionerId }) => members?.has(practitionerId) === true);
    if (!holders.some((device) => canBring(device, version))) gone.push(key, ...marksIn(version.resource));
  }
  const kept = new Set(marksIn(await readHandedOver(server)));
  gone.push(...marksIn(handedOverBefore).filter((mark) => !kept.has(mark)));
  gone.push(...keysIn(handedOverBefore, chronicle.facts.made.keys()));
  chronicle.lostByRestore(gone);
}

/** Whether the device has its own change to the record still, acknowledged or under way. */
function canBring(device: Device, { mutationId, resource }: WrittenVersion): boolean {
  const tables = device.disk().read("SELECT 1 FROM sqlite_schema WHERE name = 'epoch_checks'");
  if (mutationId === null || tables.length === 0) return false;
  const own = device
    .disk()
    .read('SELECT 1 FROM receipts WHERE mutation_id = ? UNION ALL SELECT 1 FROM outbox WHERE id = ?', [
      mutationId,
      mutationId,
    ]);
  const record = device.disk().read('SELECT 1 FROM records WHERE key = ?', [resourceKey(resource)]);
  return own.length > 0 && record.length > 0;
}

function keysIn(text: string, keys: Iterable<ResourceKey>): readonly ResourceKey[] {
  return [...keys].filter((key) => text.includes(key));
}
