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
): Promise<void> {
  const held = marksOn(device.disk());
  const missing = [...facts.marks].filter(
    ([mark, saved]) =>
      saved.device === device.name &&
      !held.has(mark) &&
      !facts.givenUp.has(mark) &&
      !marksIn(current.get(saved.key)?.resource).includes(mark),
  );
  if (missing.length === 0) return;
  const handedOver = marksIn(await readHandedOver(server));
  for (const [mark, { key }] of missing) {
    demand(
      handedOver.includes(mark),
      'D4 saved survives',
      () => `${mark} in ${key} is not on ${device.name}`,
    );
  }
}
