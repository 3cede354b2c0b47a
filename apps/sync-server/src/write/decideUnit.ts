import type { CareTeam, FhirResource, ResourceKey } from '@fieldchart/clinical';
import { clientOf, keyOfReference, referencesOf, resourceKey } from '@fieldchart/clinical';
import { type CurrentVersion, type Team, inCaseload, membersOf } from './chartState.ts';
import type { ChartState, KnownMutation } from './chartState.ts';
import { contentRefusal } from './contentRules.ts';
import { type Actor, type Mutation, type Refusal, type Unit, type Written, refusal } from './mutation.ts';

export interface AcceptedVersion {
  readonly key: ResourceKey;
  readonly resource: FhirResource;
  readonly version: number;
  readonly created: boolean;
  readonly clientId: string | undefined;
  readonly mutationId: string | undefined;
}

export type UnitDecision =
  | { readonly kind: 'accepted'; readonly versions: readonly AcceptedVersion[]; readonly state: ChartState }
  | { readonly kind: 'remembered'; readonly written: readonly Written[] }
  | { readonly kind: 'refused'; readonly at: number; readonly refusal: Refusal };

/**
 * Decides a unit against the state: whole or not at all. References and access are judged on the state as it would
 * be afterwards, so that a client, their care team and their visit may be created together.
 */
export function decideUnit(state: ChartState, unit: Unit, actor: Actor, now: number): UnitDecision {
  const remembered = recallUnit(state, unit, actor);
  if (remembered !== undefined) return remembered;
  const mutations: Mutation[] = [];
  for (const [at, entry] of unit.entries.entries()) {
    if (!entry.ok) return { kind: 'refused', at, refusal: entry.refusal };
    mutations.push(entry.mutation);
  }
  const current = new Map(state.current);
  const teams = new Map(state.teams);
  const versions: AcceptedVersion[] = [];
  for (const [at, mutation] of mutations.entries()) {
    const key = resourceKey(mutation.resource);
    const { mutationId } = mutation;
    if (versions.some((one) => one.key === key)) {
      const twice = refusal(400, 'duplicate', `${key} stands twice in one transaction`);
      return { kind: 'refused', at, refusal: twice };
    }
    if (mutationId !== undefined && versions.some((one) => one.mutationId === mutationId)) {
      const twice = refusal(400, 'duplicate', 'a mutation id stands twice in one transaction');
      return { kind: 'refused', at, refusal: twice };
    }
    const before = state.current.get(key);
    const refused = strangerRefusal(state, before, actor) ?? versionRefusal(before, mutation);
    if (refused !== undefined) return { kind: 'refused', at, refusal: refused };
    const version = Math.max(before?.version ?? 0, state.versionFloor) + 1;
    versions.push({
      key,
      resource: mutation.resource,
      version,
      created: before === undefined,
      clientId: clientOf(mutation.resource),
      mutationId,
    });
    current.set(key, { resource: mutation.resource, version, clientId: clientOf(mutation.resource) });
  }
  for (const [at, version] of versions.entries()) {
    const filed = { ...version, clientId: version.clientId ?? clientOfTargets(version.resource, current) };
    versions[at] = filed;
    current.set(version.key, {
      resource: version.resource,
      version: version.version,
      clientId: filed.clientId,
    });
    if (version.resource.resourceType === 'CareTeam') setTeam(teams, version.resource, now);
  }
  const after: ChartState = {
    ...state,
    current,
    teams,
    mutations: withMutations(state.mutations, versions, actor, now),
  };
  for (const [at, version] of versions.entries()) {
    const refused =
      accessRefusal({ before: state, after, version, versions, actor }) ??
      referenceRefusal(version, after) ??
      contentRefusal({ before: state.current.get(version.key)?.resource, version, actor, unit });
    if (refused !== undefined) return { kind: 'refused', at, refusal: refused };
  }
  return { kind: 'accepted', versions, state: after };
}

/** S2: what was done once under these mutation ids is answered again; a stranger's id is refused. */
export function recallUnit(
  state: Pick<ChartState, 'mutations'>,
  unit: Pick<Unit, 'entries'>,
  actor: Actor,
): Exclude<UnitDecision, { readonly kind: 'accepted' }> | undefined {
  const written: Written[] = [];
  for (const [at, entry] of unit.entries.entries()) {
    const id = entry.ok ? entry.mutation.mutationId : entry.mutationId;
    const known = id === undefined ? undefined : state.mutations.get(id);
    if (known === undefined) continue;
    const sameKey = !entry.ok || known.key === resourceKey(entry.mutation.resource);
    if (known.practitionerId !== actor.practitionerId || !sameKey) {
      const used = refusal(409, 'duplicate', 'this mutation id was used for something else');
      return { kind: 'refused', at, refusal: used };
    }
    const { key, version, writtenAt, created } = known;
    written.push({ key, version, writtenAt, created });
  }
  if (written.length === 0) return undefined;
  if (written.length === unit.entries.length) return { kind: 'remembered', written };
  const mixed = refusal(409, 'conflict', 'a part of this transaction was written before, without the rest');
  return { kind: 'refused', at: 0, refusal: mixed };
}

export const notYours = (): Refusal => refusal(403, 'forbidden', 'the client is not in your caseload');

/** S3: of another's record not even the version is told. */
function strangerRefusal(
  state: ChartState,
  before: CurrentVersion | undefined,
  actor: Actor,
): Refusal | undefined {
  if (before?.clientId === undefined || actor.role !== 'clinician') return undefined;
  if (actor.admittedBy !== undefined) return undefined;
  return inCaseload(state.teams, actor.practitionerId, before.clientId) ? undefined : notYours();
}

function versionRefusal(before: CurrentVersion | undefined, mutation: Mutation): Refusal | undefined {
  if (mutation.onlyCreate) {
    return before === undefined ? undefined : refusal(412, 'conflict', 'it exists already');
  }
  if (mutation.ifMatch === undefined) {
    return before === undefined
      ? undefined
      : refusal(412, 'conflict', 'an update needs If-Match with the version it derives from');
  }
  if (before === undefined) return refusal(404, 'not-found', 'there is nothing to update');
  return before.version === mutation.ifMatch
    ? undefined
    : refusal(412, 'conflict', `the current version is ${before.version}`);
}

/** A Provenance that names no patient is filed under the client of what it is about. */
export function clientOfTargets(
  resource: FhirResource,
  current: ReadonlyMap<ResourceKey, Pick<CurrentVersion, 'clientId'>>,
): string | undefined {
  if (resource.resourceType !== 'Provenance') return undefined;
  for (const target of resource.target) {
    const clientId = current.get(keyOfReference(target.reference) ?? '')?.clientId;
    if (clientId !== undefined) return clientId;
  }
  return undefined;
}

function setTeam(teams: Map<string, Team>, resource: CareTeam, now: number): void {
  const clientId = clientOf(resource);
  if (clientId !== undefined) teams.set(resource.id, { clientId, members: membersOf(resource, now) });
}

function withMutations(
  known: ReadonlyMap<string, KnownMutation>,
  versions: readonly AcceptedVersion[],
  actor: Actor,
  now: number,
): ReadonlyMap<string, KnownMutation> {
  const all = new Map(known);
  for (const { mutationId, key, version, created } of versions) {
    if (mutationId !== undefined) {
      all.set(mutationId, { key, version, writtenAt: now, created, practitionerId: actor.practitionerId });
    }
  }
  return all;
}

interface AccessQuestion {
  readonly before: ChartState;
  readonly after: ChartState;
  readonly version: AcceptedVersion;
  readonly versions: readonly AcceptedVersion[];
  readonly actor: Actor;
}

/**
 * S3: a clinician writes within the caseload, or registers a client together with a care team that names them. What was
 * accepted out of the review inbox was written while its author had access: that was found out when it came.
 */
function accessRefusal({ before, after, version, versions, actor }: AccessQuestion): Refusal | undefined {
  const { resource, clientId, key } = version;
  const type = resource.resourceType;
  if (type === 'AuditEvent') return refusal(403, 'forbidden', 'the server alone writes AuditEvents');
  const organizational = type === 'Practitioner' || type === 'Organization';
  if (organizational !== (clientId === undefined)) {
    return refusal(422, 'business-rule', `a ${type} without a client cannot be filed`);
  }
  const previous = before.current.get(key);
  if (previous !== undefined && previous.clientId !== clientId) {
    return refusal(422, 'business-rule', 'a resource never moves to another client');
  }
  if (actor.role === 'system') return undefined;
  if (clientId === undefined) {
    return actor.role === 'administrator'
      ? undefined
      : refusal(403, 'forbidden', 'an administrator does that');
  }
  if (type === 'CareTeam' && actor.role !== 'clinician') return undefined;
  if (actor.admittedBy !== undefined && type !== 'CareTeam') return undefined;
  if (actor.role === 'administrator') {
    return refusal(403, 'forbidden', 'an administrator does not write in charts');
  }
  const registersClient =
    !before.current.has(`Patient/${clientId}`) &&
    versions.some((other) => other.key === `Patient/${clientId}`);
  if (registersClient)
    return inCaseload(after.teams, actor.practitionerId, clientId) ? undefined : notYours();
  if (!inCaseload(before.teams, actor.practitionerId, clientId)) return notYours();
  return type === 'CareTeam'
    ? refusal(403, 'forbidden', 'who sees a client is for a supervisor or an administrator to say')
    : undefined;
}

/** A reference leads to something of the same client or of the organisation; what is another's is as good as absent. */
function referenceRefusal(version: AcceptedVersion, after: ChartState): Refusal | undefined {
  for (const key of referencesOf(version.resource)) {
    const target = after.current.get(key);
    const reachable =
      target !== undefined && (target.clientId === undefined || target.clientId === version.clientId);
    if (!reachable) {
      return refusal(
        422,
        'not-found',
        `${key} is referred to and does not exist`,
        version.resource.resourceType,
      );
    }
  }
  return undefined;
}
