import type { ChronicleFacts } from './chronicle.ts';
import type { Device } from './device.ts';
import { marksOn } from './inspection.ts';
import { marksIn } from './marks.ts';
import type { HeldState } from './serverWitness.ts';
import type { SimulatedServer } from './server/simulatedServer.ts';
import { readHandedOver } from './handedOver.ts';
import { demand } from './violation.ts';

/**
 * D4: whenever a device starts, all that it ever showed as saved is on its disk, or has reached the server, or was
 * given up by a person.
 */
export async function savedSurvives(
  device: Device,
  facts: ChronicleFacts,
  { current }: HeldState,
  server: SimulatedServer,
  others: readonly Device[],
): Promise<void> {
  const held = marksOn(device.disk());
  const missing = [...facts.marks].filter(
    ([mark, saved]) =>
      saved.device === device.name &&
      !held.has(mark) &&
      !facts.givenUp.has(mark) &&
      !facts.lostByRestore.has(mark) &&
      !marksIn(current.get(saved.key)?.resource).includes(mark),
  );
  if (missing.length === 0) return;
  const handedOver = new Set(marksIn(await readHandedOver(server)));
  if (facts.restores > 0) {
    // What this device has let go of, another may be bringing to the restored server.
    for (const other of others) for (const mark of marksOn(other.disk())) handedOver.add(mark);
  }
  for (const [mark, { key }] of missing) {
    demand(handedOver.has(mark), 'D4 saved survives', () => `${mark} in ${key} is not on ${device.name}`);
  }
}
