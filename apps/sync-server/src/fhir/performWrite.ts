import type { Bundle } from '@fieldchart/clinical';
import type { Actor, Entry, Unit } from '../write/mutation.ts';
import { verifyUnit } from '../write/verifySignatures.ts';
import { type WriteDeps, writeUnits } from '../write/writeUnits.ts';
import { RequestRefused, refusedResponse, writtenResponse } from './answer.ts';
import type { WriteBundle } from './parseWrite.ts';

/** Writes a bundle and says what became of each entry. A transaction that is refused is refused whole. */
export async function performBundle(deps: WriteDeps, actor: Actor, bundle: WriteBundle): Promise<Bundle> {
  const groups: (readonly Entry[])[] =
    bundle.type === 'transaction' ? [bundle.entries] : bundle.entries.map((entry) => [entry]);
  const units: Unit[] = [];
  for (const entries of groups) if (entries.length > 0) units.push(await verifyUnit(deps.db, entries));
  const outcomes = units.length === 0 ? [] : await writeUnits(deps, actor, units);
  const entry = outcomes.flatMap((outcome) => {
    if (outcome.ok) return outcome.written.map((written) => ({ response: writtenResponse(written) }));
    if (bundle.type === 'transaction') {
      const expression = `Bundle.entry[${outcome.at}]`;
      throw new RequestRefused({ ...outcome.refusal, expression });
    }
    return [{ response: refusedResponse(outcome.refusal) }];
  });
  return { resourceType: 'Bundle', type: `${bundle.type}-response`, entry };
}
