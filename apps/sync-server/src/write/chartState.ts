import type { CareTeam, FhirResource, ResourceKey } from '@fieldchart/clinical';
import { keyOfReference } from '@fieldchart/clinical';

/** The current version of a resource as the decision sees it. */
export interface CurrentVersion {
  readonly resource: FhirResource;
  readonly version: number;
  readonly clientId: string | undefined;
}

export interface KnownMutation {
  readonly key: ResourceKey;
  readonly version: number;
  readonly writtenAt: number;
  readonly created: boolean;
  readonly practitionerId: string | null;
}

export interface Team {
  readonly clientId: string;
  readonly members: ReadonlySet<string>;
}

/** What a decision needs to know of the database, read under the organisation's lock. */
export interface ChartState {
  readonly current: ReadonlyMap<ResourceKey, CurrentVersion>;
  readonly mutations: ReadonlyMap<string, KnownMutation>;
  /** Active care teams of the clients concerned, by id. */
  readonly teams: ReadonlyMap<string, Team>;
  /** New versions are numbered above it. */
  readonly versionFloor: number;
}

/** The practitioners whom a care team gives access to its client. */
export function membersOf(team: CareTeam, now: number): ReadonlySet<string> {
  if (team.status !== undefined && team.status !== 'active') return new Set();
  const members = new Set<string>();
  for (const participant of team.participant ?? []) {
    const key = keyOfReference(participant.member?.reference);
    const end = participant.period?.end;
    const over = end !== undefined && Date.parse(end) <= now;
    if (key?.startsWith('Practitioner/') === true && !over) members.add(key.slice('Practitioner/'.length));
  }
  return members;
}

/** True when one of the client's care teams names the practitioner. */
export function inCaseload(
  teams: ReadonlyMap<string, Team>,
  practitionerId: string | null,
  clientId: string,
): boolean {
  if (practitionerId === null) return false;
  for (const team of teams.values()) {
    if (team.clientId === clientId && team.members.has(practitionerId)) return true;
  }
  return false;
}

export interface AccessDifference {
  readonly practitionerId: string;
  readonly clientId: string;
  readonly gained: boolean;
}

/** Who gained and who lost which client between two states of the care teams. */
export function accessDifferences(
  before: ReadonlyMap<string, Team>,
  after: ReadonlyMap<string, Team>,
): AccessDifference[] {
  const had = accessPairs(before);
  const has = accessPairs(after);
  const differences: AccessDifference[] = [];
  for (const [pair, access] of has) if (!had.has(pair)) differences.push({ ...access, gained: true });
  for (const [pair, access] of had) if (!has.has(pair)) differences.push({ ...access, gained: false });
  return differences;
}

function accessPairs(
  teams: ReadonlyMap<string, Team>,
): Map<string, { practitionerId: string; clientId: string }> {
  const pairs = new Map<string, { practitionerId: string; clientId: string }>();
  for (const { clientId, members } of teams.values()) {
    for (const practitionerId of members)
      pairs.set(`${practitionerId} ${clientId}`, { practitionerId, clientId });
  }
  return pairs;
}
