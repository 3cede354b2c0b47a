import { type FhirResource, type ResourceKey, referencesOf, signedPayload } from '@fieldchart/clinical';
import type { SimulatedServer, WrittenVersion } from './server/simulatedServer.ts';
import { demand } from './violation.ts';

/** The server's state as it is after a commit. */
export interface HeldState {
  readonly current: ReadonlyMap<ResourceKey, WrittenVersion>;
  /** A note or consent that is signed, and by which Provenance. */
  readonly signatures: ReadonlyMap<ResourceKey, ResourceKey>;
}

/** Looks at every state that the server ever shows: after each request that it has answered. */
export interface ServerWitness extends HeldState {
  /** Changes with everything that is written. */
  written(): number;
  look(): Promise<void>;
  /** The server was restored: what it shows now is looked at from the start. */
  startAnew(): Promise<void>;
}

export function createServerWitness(server: SimulatedServer): ServerWitness {
  const current = new Map<ResourceKey, WrittenVersion>();
  const signatures = new Map<ResourceKey, ResourceKey>();
  const mutations = new Map<string, ResourceKey>();
  let seen = 0;
  let written = 0;
  let restored = false;

  const look = async () => {
    const versions = await server.historyAfter(seen);
    for (const version of versions) {
      seen = version.sequence;
      written += 1;
      const before = current.get(version.key);
      oneEffectOfEachMutation(mutations, version);
      createdBeforeUpdated(before, version, restored);
      signedNeverChanges(before, version);
      current.set(version.key, version);
      if (version.resource.resourceType === 'Provenance') {
        for (const key of referencesOf(version.resource)) signatures.set(key, version.key);
      }
    }
    const state = { current, signatures };
    for (const version of versions) {
      referencesLeadSomewhere(state, version);
      groupsAreWhole(state, version);
    }
  };

  return {
    current,
    signatures,
    written: () => written,
    look,
    async startAnew() {
      restored = true;
      seen = 0;
      written += 1;
      for (const map of [current, signatures, mutations]) map.clear();
      await look();
    },
  };
}

/** S2, O4: a mutation id stands in the history once. */
export function oneEffectOfEachMutation(
  mutations: Map<string, ResourceKey>,
  { mutationId, key }: WrittenVersion,
): void {
  if (mutationId === null) return;
  demand(!mutations.has(mutationId), 'S2 one effect of each mutation', () => `${key} was written twice`);
  mutations.set(mutationId, key);
}

/** O1: a resource begins with its create and goes on version by version. */
export function createdBeforeUpdated(
  before: WrittenVersion | undefined,
  version: WrittenVersion,
  restored: boolean,
): void {
  // After a restore versions are numbered above all that were given out before.
  const next = (before?.version ?? 0) + 1;
  demand(
    restored ? version.version >= next : version.version === next,
    'O1 created before updated',
    () => `${version.key} became version ${version.version} after ${before?.version ?? 'nothing'}`,
  );
}

/** C2: what is signed says for ever what was signed; it can only be marked as entered in error. */
export function signedNeverChanges(before: WrittenVersion | undefined, version: WrittenVersion): void {
  if (before?.resource.resourceType !== 'Composition' || !isSigned(before.resource)) return;
  const text = (resource: FhirResource) =>
    new TextDecoder().decode(signedPayload([{ ...resource, status: 'entered-in-error' } as FhirResource]));
  demand(
    text(before.resource) === text(version.resource),
    'C2 signed text never changes',
    () => `${version.key} was signed in version ${before.version} and says something else since`,
  );
}

/** O3: whatever is referred to is there. */
export function referencesLeadSomewhere({ current }: HeldState, { key, resource }: WrittenVersion): void {
  for (const reference of referencesOf(resource)) {
    demand(current.has(reference), 'O3 references lead somewhere', () => `${key} refers to ${reference}`);
  }
}

/** O6: what was written together is there together: a signed note and its signature, a client and the care team. */
export function groupsAreWhole({ current, signatures }: HeldState, { key, resource }: WrittenVersion): void {
  const isWhole = () => {
    if (resource.resourceType === 'Composition') return !isSigned(resource) || signatures.has(key);
    if (resource.resourceType !== 'Patient') return true;
    return [...current.values()].some(
      (other) => other.resource.resourceType === 'CareTeam' && other.clientId === resource.id,
    );
  };
  demand(isWhole(), 'O6 groups are whole', () => `${key} came without what it was written with`);
}

function isSigned(resource: FhirResource): boolean {
  return 'status' in resource && (resource.status === 'final' || resource.status === 'amended');
}
