import {
  type Appointment,
  type CodeableConcept,
  type EpisodeOfCare,
  type FhirResource,
  type Flag,
  FLAG_CATEGORY,
  instantToMilliseconds,
} from '@fieldchart/clinical';
import type { StandingAnswer } from './queries.ts';

/**
 * How things stand with a client, out of their flags, episodes and appointments: risks that are active, programs that
 * are under way, the next booked visit. `now` in milliseconds since the epoch.
 */
export function standingOf(resources: readonly FhirResource[], now: number): StandingAnswer {
  const flags = resources.filter((resource): resource is Flag => resource.resourceType === 'Flag');
  const episodes = resources.filter(
    (resource): resource is EpisodeOfCare => resource.resourceType === 'EpisodeOfCare',
  );
  const bookings = resources.filter(
    (resource): resource is Appointment => resource.resourceType === 'Appointment',
  );
  const programs = episodes
    .filter(({ status }) => status === 'active' || status === 'onhold')
    .flatMap(({ type }) => type ?? [])
    .map(wordsOf)
    .filter((words) => words !== '');
  return {
    risks: flags.filter(isRisk).map(({ id, code }) => ({ id, text: wordsOf(code) })),
    programs: [...new Set(programs)],
    nextVisit: nextVisitOf(bookings, now),
  };
}

/** A flag of another category (diet, administration) is no risk; one that names none might be, and is shown. */
function isRisk({ status, category }: Flag): boolean {
  if (status !== 'active') return false;
  const codes = (category ?? []).flatMap(({ coding }) => coding ?? []);
  const known = codes.filter(({ system }) => system === FLAG_CATEGORY);
  return known.length === 0 || known.some(({ code }) => code === 'safety');
}

function nextVisitOf(bookings: readonly Appointment[], now: number): string | null {
  let next: { readonly start: string; readonly at: number } | undefined;
  for (const { status, start } of bookings) {
    if (status !== 'booked' || start === undefined) continue;
    const at = instantToMilliseconds(start);
    if (at === undefined || at < now) continue;
    if (next === undefined || at < next.at) next = { start, at };
  }
  return next?.start ?? null;
}

function wordsOf({ text, coding }: CodeableConcept): string {
  return text ?? coding?.find(({ display }) => display !== undefined)?.display ?? coding?.[0]?.code ?? '';
}
