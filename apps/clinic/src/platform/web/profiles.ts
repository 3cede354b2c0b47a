import type { DeviceProfile, ProfileStore } from '@fieldchart/clinic-client';
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';

interface Schema extends DBSchema {
  profiles: { key: string; value: DeviceProfile };
}

/** Profiles in IndexedDB, every write durable before it resolves. */
export function createWebProfiles(): ProfileStore {
  // Asked for when it is needed: a browser that blocks storage throws at once, and the app must live to say so.
  let opened: Promise<IDBPDatabase<Schema>> | undefined;
  const database = async () =>
    await (opened ??= openDB<Schema>('fieldchart-profiles', 1, {
      upgrade: (created) => {
        created.createObjectStore('profiles', { keyPath: 'userId' });
      },
    }));
  return {
    list: async () => await (await database()).getAll('profiles'),
    async save(profile) {
      const write = (await database()).transaction('profiles', 'readwrite', { durability: 'strict' });
      await Promise.all([write.store.put(profile), write.done]);
    },
    async remove(userId) {
      const write = (await database()).transaction('profiles', 'readwrite', { durability: 'strict' });
      await Promise.all([write.store.delete(userId), write.done]);
    },
  };
}
