import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClinicPlatform, DeviceProfile } from '@fieldchart/clinic-client';
import type { Database } from '@fieldchart/encrypted-sqlite';
import {
  openDamagedNodeDatabase,
  openNodeDatabase,
  openPlainNodeDatabaseForBench,
} from '@fieldchart/encrypted-sqlite/node';
import { openRecordStore } from '@fieldchart/record-store';
import { createFakeKeyRecordStore } from '../../../packages/key-vault/src/testing/fakeKeyRecordStore.ts';
import { createBenchUser } from '../device/benchUser.ts';
import { offlinePlatform } from '../device/offlinePlatform.ts';
import { generateNotes } from '../records/generateNotes.ts';

/** One enrolled user on a folder, with so many notes, and the same notes unencrypted beside it. */
export interface NodeDevice {
  readonly directory: string;
  readonly notes: number;
  readonly userId: string;
  readonly practitionerId: string;
}

export const PLAIN = 'plain.db';
const DEVICE = 'device.json';

type KeyRecords = NonNullable<Parameters<typeof createFakeKeyRecordStore>[0]>;

/** What of a device lies beside its databases; another process opens the device from it. */
interface DeviceFile extends NodeDevice {
  readonly profiles: readonly DeviceProfile[];
  readonly keyRecords: readonly (KeyRecords extends Map<infer Id, infer User> ? [Id, User] : never)[];
}

/** Makes the device and loads its caseload through the real store. */
export async function makeNodeDevice(
  directory: string,
  notes: number,
  say: (line: string) => void,
): Promise<NodeDevice> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const profiles = new Map<string, DeviceProfile>();
  const keyRecords: KeyRecords = new Map();
  const platform = platformOn(directory, profiles, keyRecords);
  const { practitionerId, portions } = generateNotes(notes);
  const plain = await openPlainNodeDatabaseForBench(directory, PLAIN);
  await plain.batch([{ sql: 'CREATE TABLE notes (key TEXT NOT NULL PRIMARY KEY, resource TEXT NOT NULL)' }]);
  const { userId } = await createBenchUser(platform, practitionerId, async (database) => {
    await widenCache(database);
    await widenCache(plain);
    const store = await openRecordStore({ ...platform, database });
    let loaded = 0;
    for (const resources of portions) {
      await store.loadCaseload({ resources, cursor: 'bench.1' });
      const own = resources.filter(({ resourceType }) => resourceType === 'Composition');
      await plain.batch(
        own.map((note) => ({
          sql: 'INSERT INTO notes (key, resource) VALUES (?, ?)',
          params: [`Composition/${note.id}`, JSON.stringify(note)],
        })),
      );
      loaded += own.length;
      if (notes > 10_000) say(`  ${loaded} of ${notes} notes loaded`);
    }
  });
  await plain.close();
  const device = { directory, notes, userId, practitionerId };
  const file: DeviceFile = { ...device, profiles: [...profiles.values()], keyRecords: [...keyRecords] };
  writeFileSync(join(directory, DEVICE), JSON.stringify(file));
  return device;
}

/** The device that {@link makeNodeDevice} left in a folder. */
export function openNodeDevice(directory: string): { device: NodeDevice; platform: ClinicPlatform } {
  const file = JSON.parse(readFileSync(join(directory, DEVICE), 'utf8')) as DeviceFile;
  const profiles = new Map(file.profiles.map((profile) => [profile.userId, profile]));
  return { device: file, platform: platformOn(directory, profiles, new Map(file.keyRecords)) };
}

/** A device that nobody is enrolled on. */
export function emptyNodeDevice(directory: string): ClinicPlatform {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return platformOn(directory, new Map(), new Map());
}

/** Loading touches pages all over the indexes; the app itself keeps SQLite's small cache. */
async function widenCache(database: Database): Promise<void> {
  await database.all('PRAGMA cache_size = -200000');
}

function platformOn(
  directory: string,
  profiles: Map<string, DeviceProfile>,
  keyRecords: KeyRecords,
): ClinicPlatform {
  return offlinePlatform({
    keyRecords: createFakeKeyRecordStore(keyRecords),
    profiles: {
      list: () => Promise.resolve([...profiles.values()]),
      save: (profile) => Promise.resolve(void profiles.set(profile.userId, profile)),
      remove: (userId) => Promise.resolve(void profiles.delete(userId)),
    },
    openDatabase: openNodeDatabase({ directory }),
    openDamaged: openDamagedNodeDatabase({ directory }),
    deleteDatabase: (name) => {
      for (const suffix of ['', '-wal', '-shm']) rmSync(join(directory, name + suffix), { force: true });
      return Promise.resolve();
    },
    ownership: { acquire: () => Promise.resolve(true), takeOver: () => Promise.resolve() },
  });
}
