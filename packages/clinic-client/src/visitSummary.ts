import type { Encounter, VisitPlace } from '@fieldchart/clinical';
import type { ChartAnswer } from './queries.ts';

/** A visit in a list, wherever it came from. */
export function visitSummary(visit: Encounter): Omit<ChartAnswer['visits'][number], 'delivery'> {
  const { status } = visit;
  return {
    visitId: visit.id,
    place: placeOf(visit.class.code),
    status: status === 'in-progress' || status === 'finished' ? status : 'other',
    start: visit.period?.start ?? null,
    end: visit.period?.end ?? null,
    location: visit.location?.[0]?.location.display ?? null,
  };
}

function placeOf(code: string | undefined): VisitPlace {
  return code === 'HH' || code === 'VR' ? code : 'AMB';
}
