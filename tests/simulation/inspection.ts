import type { FhirResource, ResourceKey } from '@fieldchart/clinical';
import { createSeededRandom, silentLogger } from '@fieldchart/foundation';
import { openRecordStore } from '@fieldchart/record-store';
import type { Device } from './device.ts';
import { type Mark, marksIn } from './marks.ts';
import type { MemoryDisk } from './memoryDatabase.ts';

/** What is found on a device when it is taken to pieces at the end of a run. */
export interface Inspection {
  readonly name: string;
  readonly practitionerId: string;
  readonly records: ReadonlyMap<ResourceKey, HeldRecord>;
  readonly unsettled: readonly UnsettledEntry[];
  /** Records with a conflict that nobody has decided, and their clients. */
  readonly conflicted: ReadonlySet<ResourceKey>;
  readonly conflictedClients: ReadonlySet<string>;
  readonly receipts: readonly HeldReceipt[];
  readonly toFetch: readonly string[];
  /** Records that aged out, by the version that was here. */
  readonly agedOut: ReadonlyMap<ResourceKey, string>;
  /** Records that should have aged out by what the server last said, and are still here. */
  readonly overdue: readonly ResourceKey[];
  /** Marks that a person finds on the screens for what was not sent, and for conflicts. */
  readonly visibleMarks: ReadonlySet<Mark>;
  /** Marks in anything that the disk holds. */
  readonly allMarks: ReadonlySet<Mark>;
}

export interface HeldRecord {
  readonly resource: FhirResource;
  readonly versionId: string | null;
  readonly clientId: string | null;
}

export interface UnsettledEntry {
  readonly key: ResourceKey;
  readonly kind: string;
  readonly state: string;
  readonly group: string | null;
  readonly reason: string | null;
  readonly resource: FhirResource;
}

export interface HeldReceipt {
  readonly mutationId: string;
  readonly key: ResourceKey;
  readonly versionId: string;
}

const MOST = 100_000;

/** Ends the device's life, and looks at its disk through a store of its own: what a next start would show. */
export async function inspect(device: Device): Promise<Inspection> {
  const disk = device.disk();
  disk.kill();
  const database = await disk.open();
  const clock = { now: () => 0 };
  const store = await openRecordStore({
    database,
    clock,
    random: createSeededRandom(1),
    logger: silentLogger,
  });
  const groups = new Map(
    disk.read('SELECT id, group_id FROM outbox').map((row) => [row['id'], row['group_id']]),
  );
  const unsettled: UnsettledEntry[] = [];
  for (const item of await store.listOutbox(MOST)) {
    const unit = await store.exportUnit(item.mutationId);
    const entry = unit?.entries.find(({ mutationId }) => mutationId === item.mutationId);
    const group = groups.get(item.mutationId);
    if (entry === undefined) continue;
    unsettled.push({
      key: item.key,
      kind: item.kind,
      state: item.state,
      group: typeof group === 'string' ? group : null,
      reason: item.reason?.code ?? null,
      resource: entry.resource,
    });
  }
  const conflicts = disk.read(
    `SELECT c.key, c.mine, c.theirs, r.client_id FROM conflicts c LEFT JOIN records r ON r.key = c.key
     WHERE c.decided = 0`,
  );
  const receipts = await store.recentReceipts(MOST);
  const toFetch = (await store.clientsToFetch()).map(({ clientId }) => clientId);
  const overdue: ResourceKey[] = [];
  const records = recordsOn(disk);
  const agedOut = new Map(
    disk
      .read('SELECT key, version_id FROM aged_out')
      .map(({ key, version_id: versionId }) => [String(key), String(versionId)]),
  );
  while ((await store.ageOut((_, { keys }) => Promise.resolve(void overdue.push(...keys)))) === 'more');
  await database.close();
  return {
    name: device.name,
    practitionerId: device.practitionerId,
    records,
    agedOut,
    overdue,
    unsettled,
    conflicted: new Set(conflicts.map(({ key }) => String(key))),
    conflictedClients: new Set(conflicts.map(({ client_id: clientId }) => String(clientId))),
    receipts,
    toFetch,
    visibleMarks: new Set([
      ...unsettled.flatMap(({ resource }) => marksIn(resource)),
      ...conflicts.flatMap(({ mine, theirs }) => [...marksIn(mine), ...marksIn(theirs)]),
    ]),
    allMarks: marksOn(disk),
  };
}

function recordsOn(disk: MemoryDisk): ReadonlyMap<ResourceKey, HeldRecord> {
  const rows = disk.read('SELECT key, resource, version_id, client_id FROM records');
  return new Map(
    rows.map(({ key, resource, version_id: versionId, client_id: clientId }) => [
      String(key),
      {
        resource: JSON.parse(String(resource)) as FhirResource,
        versionId: versionId === null ? null : String(versionId),
        clientId: clientId === null ? null : String(clientId),
      },
    ]),
  );
}

/** Every mark on a disk, in whatever table a resource can stand. */
export function marksOn(disk: MemoryDisk): ReadonlySet<Mark> {
  const made = disk.read("SELECT 1 FROM sqlite_schema WHERE name = 'superseded'");
  if (made.length === 0) return new Set();
  const rows = disk.read(
    `SELECT resource AS text FROM records UNION ALL SELECT body FROM outbox WHERE body IS NOT NULL
     UNION ALL SELECT resource FROM superseded UNION ALL SELECT mine FROM conflicts
     UNION ALL SELECT theirs FROM conflicts WHERE theirs IS NOT NULL
     UNION ALL SELECT resource FROM set_aside WHERE resource IS NOT NULL`,
  );
  return new Set(rows.flatMap(({ text }) => marksIn(text)));
}
