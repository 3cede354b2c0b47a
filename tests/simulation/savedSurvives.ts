import type { ChronicleFacts } from './chronicle.ts';
import type { Device } from './device.ts';
import { marksOn } from './inspection.ts';
import { marksIn } from './marks.ts';
import type { HeldState } from './serverWitness.ts';
import { demand } from './violation.ts';

/**
 * D4: whenever a device starts, all that it ever showed as saved is on its disk, or has reached the server, or was
 * given up by a person.
 */
export function savedSurvives(device: Device, facts: ChronicleFacts, { current }: HeldState): void {
  const held = marksOn(device.disk());
  for (const [mark, saved] of facts.marks) {
    if (saved.device !== device.name || held.has(mark) || facts.givenUp.has(mark)) continue;
    const reached = marksIn(current.get(saved.key)?.resource).includes(mark);
    demand(reached, 'D4 saved survives', () => `${mark} in ${saved.key} is not on ${device.name}`);
  }
}
