import { openSealed } from './sealing.ts';
import type { SimulatedServer } from './server/simulatedServer.ts';

/** What left a device for a supervisor to look at, or sealed for rescue: as text, in which marks can be found. */
export async function readHandedOver(server: SimulatedServer): Promise<string> {
  const sealed = (await server.sealedWork()).map((work) => openSealed(work) ?? '');
  return [JSON.stringify(await server.underReview()), ...sealed].join('\n');
}
