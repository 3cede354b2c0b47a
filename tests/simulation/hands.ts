import type { createSeededRandom } from '@fieldchart/foundation';
import type { Chronicle } from './chronicle.ts';
import type { Device, Life } from './device.ts';
import type { Scheduler } from './scheduler.ts';

/** A person at a device, about to do something. */
export interface Hands {
  readonly device: Device;
  readonly life: Life;
  readonly chronicle: Chronicle;
  readonly scheduler: Scheduler;
  /** What a step draws comes from its own dice, so that it means the same without the steps before it. */
  readonly random: ReturnType<typeof createSeededRandom>;
}

/** One of them; often the first, so that hands meet at one place. */
export function pick<T>({ random }: Hands, items: readonly T[]): T | undefined {
  return random.fraction() < 0.4 ? items[0] : items[Math.floor(random.fraction() * items.length)];
}

/** Nobody of this id is known to the server: it refuses what refers to them. */
export const NOBODY = 'Practitioner/nobody';
