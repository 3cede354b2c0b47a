import type { Composition, FhirResource } from '@fieldchart/clinical';
import { generateDemo } from '../../../apps/sync-server/src/demo/generateDemo.ts';

/** 2026-06-01, so that every run measures the same records. */
const NOW = 1_780_272_000_000;

/** A client of the demonstration, in the care of one clinician. */
export interface Chart {
  /** The client, their care team and their diagnoses. */
  readonly base: readonly FhirResource[];
  /** Visits, each followed by its note, until there are as many records as were asked for. */
  readonly visits: readonly FhirResource[];
}

export interface ChartPlan {
  readonly clients: number;
  /** How many records each client has: in `visits`, or in the whole chart. */
  readonly each: { readonly of: 'visits' | 'chart'; readonly records: number };
  /** People of the server who take the place of the demonstration's. */
  readonly clinicianId: string;
  readonly supervisorId: string;
  readonly organizationId: string;
  /** Notes as drafts: what a device may write without signatures. */
  readonly drafts: boolean;
}

/**
 * The demonstration's records, readdressed: texts that vary as a clinician's do, so that compression finds what it
 * would find. A client who has too few visits is given those of others. The same plan makes the same charts.
 */
export function* generateCharts(plan: ChartPlan): Generator<Chart> {
  const own = readdressed(plan, 1);
  const others = readdressed(plan, 100_001);
  let spare: readonly FhirResource[] = [];
  for (let made = 0; made < plan.clients; made += 1) {
    const { clientId, base, visits } = own.next().value;
    const wanted = plan.each.records - (plan.each.of === 'chart' ? base.length : 0);
    const filled = [...visits];
    while (filled.length < wanted) {
      if (spare.length === 0) {
        const other = others.next().value;
        spare = replaced(other.visits, [[other.clientId, clientId]]).map(unbooked);
      } else {
        // Visits and notes stand in pairs.
        filled.push(...spare.slice(0, 2));
        spare = spare.slice(2);
      }
    }
    spare = [];
    yield { base, visits: filled.slice(0, wanted) };
  }
}

interface Readdressed {
  readonly clientId: string;
  readonly base: readonly FhirResource[];
  readonly visits: readonly FhirResource[];
}

/** One demonstration organisation after the other, without end. */
function* readdressed(plan: ChartPlan, firstSeed: number): Generator<Readdressed, never> {
  const seen = new Set<string>();
  for (let seed = firstSeed; ; seed += 1) {
    const demo = generateDemo({ seed, now: NOW });
    const people = demo.practitioners.map(({ practitioner, role }): [string, string] => [
      practitioner.id,
      role === 'supervisor' ? plan.supervisorId : plan.clinicianId,
    ]);
    const names: [string, string][] = [[demo.organization.id, plan.organizationId], ...people];
    for (const { resources } of demo.clients) {
      // The demonstration's small generator repeats itself now and then over thousands of clients.
      if (resources.some(({ id }) => seen.has(id))) continue;
      for (const { id } of resources) seen.add(id);
      const all = replaced(resources, names).map((one) => (plan.drafts ? toDraft(one) : one));
      const isVisit = ({ resourceType }: FhirResource) =>
        resourceType === 'Encounter' || resourceType === 'Composition';
      yield {
        clientId: resources[0]?.id ?? '',
        base: all.filter((one) => !isVisit(one)),
        visits: all.filter(isVisit),
      };
    }
  }
}

function replaced(
  resources: readonly FhirResource[],
  names: readonly (readonly [from: string, to: string])[],
): readonly FhirResource[] {
  let text = JSON.stringify(resources);
  for (const [from, to] of names) text = text.replaceAll(from, to);
  return JSON.parse(text) as FhirResource[];
}

/** The other's bookings do not come along. */
function unbooked(resource: FhirResource): FhirResource {
  if (resource.resourceType !== 'Encounter') return resource;
  const { appointment: _booked, ...rest } = resource;
  return rest;
}

function toDraft(resource: FhirResource): FhirResource {
  if (resource.resourceType !== 'Composition') return resource;
  const { attester: _signed, ...rest } = resource;
  const draft: Composition = { ...rest, status: 'preliminary' };
  return draft;
}
