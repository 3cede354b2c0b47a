import type { FhirResource } from '@fieldchart/clinical';
import { resourceKey } from '@fieldchart/clinical';
import type { Actor, Refusal, Unit } from '../write/mutation.ts';
import { type WriteDeps, writeUnits } from '../write/writeUnits.ts';

/** The server's own operator, who loads what was written elsewhere. */
export const OPERATOR: Actor = { practitionerId: null, deviceId: null, role: 'system' };

const CHUNK = 500;

/**
 * Creates resources in order through the same write as everyone's, in chunks; each resource has its own outcome.
 * Returns what was refused.
 */
export async function loadResources(
  deps: WriteDeps,
  resources: readonly FhirResource[],
): Promise<{ readonly key: string; readonly resource: FhirResource; readonly refusal: Refusal }[]> {
  const refused: { key: string; resource: FhirResource; refusal: Refusal }[] = [];
  for (let at = 0; at < resources.length; at += CHUNK) {
    const chunk = resources.slice(at, at + CHUNK);
    const units = chunk.map((resource): Unit => ({
      entries: [{ ok: true, mutation: { resource, onlyCreate: true } }],
      signers: new Map(),
    }));
    const outcomes = await writeUnits(deps, OPERATOR, units);
    for (const [index, outcome] of outcomes.entries()) {
      const resource = chunk[index];
      if (!outcome.ok && resource !== undefined) {
        refused.push({ key: resourceKey(resource), resource, refusal: outcome.refusal });
      }
    }
  }
  return refused;
}
