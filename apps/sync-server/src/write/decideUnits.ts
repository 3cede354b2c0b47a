import type { ChartState } from './chartState.ts';
import { type AcceptedVersion, decideUnit } from './decideUnit.ts';
import type { Actor, Refusal, Unit, UnitOutcome } from './mutation.ts';

/** What a bundle's units come to, one after the other, each on what the ones before it left. */
export interface DecidedUnits {
  readonly state: ChartState;
  readonly accepted: readonly AcceptedVersion[];
  readonly refused: readonly Refusal[];
  /** In the units' order. */
  readonly outcomes: readonly UnitOutcome[];
}

/** Decides the units of one write; `now`, in milliseconds, is its time. Pure. */
export function decideUnits(
  before: ChartState,
  units: readonly Unit[],
  actor: Actor,
  now: number,
): DecidedUnits {
  let state = before;
  const accepted: AcceptedVersion[] = [];
  const refused: Refusal[] = [];
  const outcomes = units.map((unit): UnitOutcome => {
    const decision = decideUnit(state, unit, actor, now);
    switch (decision.kind) {
      case 'remembered':
        return { ok: true, written: decision.written };
      case 'refused':
        refused.push(decision.refusal);
        return { ok: false, at: decision.at, refusal: decision.refusal };
      case 'accepted':
        state = decision.state;
        accepted.push(...decision.versions);
        return {
          ok: true,
          written: decision.versions.map(({ key, version, created }) => ({
            key,
            version,
            writtenAt: now,
            created,
          })),
        };
    }
  });
  return { state, accepted, refused, outcomes };
}
