import type { FhirResource } from '@fieldchart/clinical';
import { generateDemo } from '../../../apps/sync-server/src/demo/generateDemo.ts';

/** 2026-06-01, so that every run measures the same records. */
const NOW = 1_780_272_000_000;
const LAST_UPDATED = '2026-06-01T00:00:00.000Z';

export interface GeneratedNotes {
  /** The clinician of the first clients, as whom the bench signs in. */
  readonly practitionerId: string;
  /** Records in portions of one demonstration organisation, about 6,000 notes each. */
  readonly portions: Iterable<readonly FhirResource[]>;
}

/**
 * The demonstration organisation's records, one organisation after the other, until there are `notes` notes: 20 notes
 * a client, so that the caseload grows with the notes.
 */
export function generateNotes(notes: number): GeneratedNotes {
  const [first] = generateDemo({ seed: 1, now: NOW }).clients;
  if (first === undefined) throw new Error('The demonstration has no clients');
  return {
    practitionerId: first.clinicianId,
    portions: {
      *[Symbol.iterator]() {
        const seen = new Set<string>();
        let missing = notes;
        for (let seed = 1; missing > 0; seed += 1) {
          const portion = takeNotes(seed, missing, seen);
          missing -= portion.notes;
          yield portion.resources;
        }
      },
    },
  };
}

function takeNotes(seed: number, limit: number, seen: Set<string>) {
  const resources: FhirResource[] = [];
  let notes = 0;
  for (const client of generateDemo({ seed, now: NOW }).clients) {
    // The demonstration's small generator repeats itself now and then over thousands of clients.
    if (client.resources.some(({ id }) => seen.has(id))) continue;
    for (const resource of client.resources) {
      seen.add(resource.id);
      // As the server gives them out: each stands on a version.
      resources.push({ ...resource, meta: { versionId: '1', lastUpdated: LAST_UPDATED } });
      if (resource.resourceType === 'Composition') notes += 1;
      if (notes === limit) return { resources, notes };
    }
  }
  return { resources, notes };
}
