import { closedAt, type FhirResource, instantToMilliseconds, type ResourceKey } from '@fieldchart/clinical';
import { bindingReferences } from './bindingReferences.ts';

/** A record as it stands here, with what decides whether it may go. */
export interface AgeingRecord {
  readonly key: ResourceKey;
  readonly resource: FhirResource;
  readonly versionId: string | null;
  /** Instant at which the server wrote that version. */
  readonly serverTime: string | null;
  /** Instant of the server's latest receipt for a change of ours; null where there is none. */
  readonly receivedAt: string | null;
  /** Something of it waits to be sent or for a person, or something that waits refers to it. */
  readonly pinned: boolean;
}

/**
 * Which of a client's records have aged out: what was closed before `before` (milliseconds, by the server's clock) and has
 * not changed since. In units that go together or stay together: a visit with its notes, a note with its signature and
 * its addenda. One member that is open, young or pinned keeps its whole unit.
 */
export function decideAgedOut<Held extends AgeingRecord>(
  records: readonly Held[],
  before: number,
): readonly (readonly Held[])[] {
  return unitsOf(records).filter((unit) =>
    unit.every((record) => !record.pinned && (lastActivity(record) ?? Infinity) < before),
  );
}

/**
 * When something last happened to a record: by what it says of itself, by the server's clock where the version is not the
 * first (a first one may have been imported long after it was written), and by our receipt: what this device brought is
 * kept here for as long after it arrived, so that a server restored from a younger backup can have it again. Undefined: it
 * never ages out as it is, or the server has no version of it.
 */
export function lastActivity(record: AgeingRecord): number | undefined {
  const { resource, versionId, serverTime, receivedAt } = record;
  const closed = closedAt(resource);
  if (closed === undefined || versionId === null || serverTime === null) return undefined;
  const times = [receivedAt, versionId === '1' ? null : serverTime].flatMap((time) =>
    time === null ? [] : [instantToMilliseconds(time)],
  );
  return times.includes(undefined) ? undefined : Math.max(closed, ...(times as number[]));
}

/** Records joined by what refers to what, at any distance. */
function unitsOf<Held extends AgeingRecord>(records: readonly Held[]): readonly (readonly Held[])[] {
  const recordByKey = new Map(records.map((record) => [record.key, record]));
  const neighbours = new Map<ResourceKey, ResourceKey[]>(records.map(({ key }) => [key, []]));
  for (const { key, resource } of records) {
    for (const other of bindingReferences(resource)) {
      if (!recordByKey.has(other)) continue;
      neighbours.get(key)?.push(other);
      neighbours.get(other)?.push(key);
    }
  }
  const seen = new Set<ResourceKey>();
  const units: Held[][] = [];
  for (const { key } of records) {
    if (seen.has(key)) continue;
    seen.add(key);
    const keys = [key];
    for (const member of keys) {
      for (const next of neighbours.get(member) ?? []) {
        if (seen.has(next)) continue;
        seen.add(next);
        keys.push(next);
      }
    }
    units.push(keys.flatMap((member) => recordByKey.get(member) ?? []));
  }
  return units;
}
