import type { FhirResource } from '@fieldchart/clinical';
import { displayName } from '@fieldchart/clinical';
import { CodedError, randomUuid } from '@fieldchart/foundation';
import { DEMO_CLIENTS, generateDemo } from '../demo/generateDemo.ts';
import { createOrganization } from '../identity/organization.ts';
import { emptyStorage } from '../storage/openStorage.ts';
import type { WriteDeps } from '../write/writeUnits.ts';
import { loadResources } from './loadResources.ts';

export interface DemoSize {
  readonly clients: number;
  readonly notes: number;
}

export interface DemoRequest {
  readonly baseUrl: string;
  readonly seed: number;
  /** Fewer than the full demonstration, for tests. */
  readonly size?: DemoSize;
  /** Keeps the private half of the rescue key, before anything else is written. */
  readonly keepRescueKey: (privateKey: object) => Promise<void>;
  readonly onProgress: (done: number, of: number) => void;
}

/** Creates the demonstration organisation in an empty database; what a killed first start left is cleared first. */
export async function createDemo(deps: WriteDeps, request: DemoRequest): Promise<void> {
  await emptyStorage(deps.db);
  const demo = generateDemo({ seed: request.seed, now: deps.clock.now() });
  const { organization, practitioners } = demo;
  const { rescuePrivateKey } = await createOrganization(deps.db, {
    id: organization.id,
    name: organization.name ?? 'Demonstration',
    epoch: randomUuid(deps.random),
    baseUrl: request.baseUrl,
  });
  await request.keepRescueKey(rescuePrivateKey);
  await deps.db
    .insertInto('practitioner')
    .values(
      practitioners.map(({ practitioner, role }) => ({
        id: practitioner.id,
        name: displayName(practitioner),
        role,
      })),
    )
    .execute();
  await load(deps, [organization, ...practitioners.map(({ practitioner }) => practitioner)]);
  const total = request.size?.clients ?? DEMO_CLIENTS;
  let notes = request.size?.notes ?? Number.POSITIVE_INFINITY;
  let waiting: FhirResource[] = [];
  let done = 0;
  for (const client of demo.clients) {
    if (done === total) break;
    for (const resource of client.resources) {
      if (resource.resourceType === 'Composition') notes -= 1;
      const isVisit = resource.resourceType === 'Composition' || resource.resourceType === 'Encounter';
      if (notes >= 0 || !isVisit) waiting.push(resource);
    }
    done += 1;
    if (waiting.length >= 500 || done === total) {
      await load(deps, waiting);
      waiting = [];
      request.onProgress(done, total);
    }
  }
  await deps.db.updateTable('organization').set({ setup: 'ready' }).execute();
}

async function load(deps: WriteDeps, resources: readonly FhirResource[]): Promise<void> {
  const [refused] = await loadResources(deps, resources);
  if (refused !== undefined) {
    throw new CodedError('DEMO_REFUSED', `${refused.key} was refused: ${refused.refusal.text}`);
  }
}
