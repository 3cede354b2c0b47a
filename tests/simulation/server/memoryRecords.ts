import type { BundleEntry, FhirResource, ResourceKey } from '@fieldchart/clinical';
import type { HeldEntry } from '../../../apps/sync-server/src/review/decideReview.ts';
import {
  type CurrentVersion,
  type KnownMutation,
  type Team,
  accessDifferences,
} from '../../../apps/sync-server/src/write/chartState.ts';
import { decideUnits } from '../../../apps/sync-server/src/write/decideUnits.ts';
import type { Actor, Unit, UnitOutcome } from '../../../apps/sync-server/src/write/mutation.ts';

export interface HistoryRow {
  readonly sequence: number;
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly client_id: string | null;
  readonly body: FhirResource;
  readonly written_at: number;
  readonly mutation_id: string | null;
  readonly practitioner_id: string | null;
  readonly created: boolean;
}

export interface AccessChange {
  readonly sequence: number;
  readonly practitionerId: string;
  readonly clientId: string;
  readonly gained: boolean;
}

/** All that the double's database holds. Rows are never changed, so that keeping it is keeping the lists. */
export interface MemoryRecords {
  readonly epoch: string;
  /** New versions are numbered above it. */
  readonly versionFloor: number;
  readonly sequence: number;
  readonly lastWritten: number;
  readonly current: ReadonlyMap<ResourceKey, CurrentVersion & { readonly row: HistoryRow }>;
  readonly mutations: ReadonlyMap<string, KnownMutation>;
  readonly teams: ReadonlyMap<string, Team>;
  readonly history: readonly HistoryRow[];
  readonly access: readonly AccessChange[];
  /** What the review inbox holds, by mutation id. */
  readonly inbox: ReadonlyMap<string, InboxEntry>;
  /** Texts that only rescue opens. */
  readonly sealed: ReadonlySet<string>;
}

export interface InboxEntry extends HeldEntry {
  readonly clientId: string;
  readonly source: BundleEntry;
}

export function emptyRecords(epoch: string): MemoryRecords {
  return {
    epoch,
    versionFloor: 0,
    sequence: 0,
    lastWritten: 0,
    current: new Map(),
    mutations: new Map(),
    teams: new Map(),
    history: [],
    access: [],
    inbox: new Map(),
    sealed: new Set(),
  };
}

/** The real server's `writeUnits` with its statements put into plain lists; every decision is the server's own. */
export function writeToMemory(
  records: MemoryRecords,
  actor: Actor,
  units: readonly Unit[],
  clockNow: number,
): { readonly records: MemoryRecords; readonly outcomes: readonly UnitOutcome[] } {
  const now = Math.max(records.lastWritten, clockNow);
  const entries = units.reduce((count, unit) => count + unit.entries.length, 0);
  const { state, accepted, outcomes } = decideUnits(records, units, actor, now);
  const rows = accepted.map((version, at): HistoryRow => ({
    sequence: records.sequence + 1 + at,
    type: version.resource.resourceType,
    id: version.resource.id,
    version: version.version,
    client_id: version.clientId ?? null,
    body: withoutServerMeta(version.resource),
    written_at: now,
    mutation_id: version.mutationId ?? null,
    practitioner_id: actor.practitionerId,
    created: version.created,
  }));
  const current = new Map(records.current);
  for (const row of rows) {
    const { body: resource, version, client_id: clientId } = row;
    current.set(`${row.type}/${row.id}`, { resource, version, clientId: clientId ?? undefined, row });
  }
  const differences = accessDifferences(records.teams, state.teams);
  const lastSequence = records.sequence + entries;
  const access = differences.map((difference, at) => ({ ...difference, sequence: lastSequence + 1 + at }));
  return {
    outcomes,
    records: {
      ...records,
      sequence: lastSequence + access.length,
      lastWritten: now,
      current,
      mutations: state.mutations,
      teams: state.teams,
      history: [...records.history, ...rows],
      access: [...records.access, ...access],
    },
  };
}

/** Version and time are the server's: they are added to every answer. */
function withoutServerMeta(resource: FhirResource): FhirResource {
  if (resource.meta === undefined) return resource;
  const { meta, ...rest } = resource;
  const { versionId: _version, lastUpdated: _time, ...kept } = meta;
  return (Object.keys(kept).length === 0 ? rest : { ...rest, meta: kept }) as FhirResource;
}
