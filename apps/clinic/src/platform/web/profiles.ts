import type { DeviceProfile, ProfileStore } from '@fieldchart/clinic-client';
import { openDB, type DBSchema } from 'idb';

interface Schema extends DBSchema {
  profiles: { key: string; value: DeviceProfile };
}

/** Profiles in IndexedDB, every write durable before it resolves. */
export function createWebProfiles(): ProfileStore {
  const opened = openDB<Schema>('fieldchart-profiles', 1, {
    upgrade: (database) => {
      database.createObjectStore('profiles', { keyPath: 'userId' });
    },
  });
  return {
    list: async () => await (await opened).getAll('profiles'),
    async save(profile) {
      const write = (await opened).transaction('profiles', 'readwrite', { durability: 'strict' });
      await Promise.all([write.store.put(profile), write.done]);
    },
    async remove(userId) {
      const write = (await opened).transaction('profiles', 'readwrite', { durability: 'strict' });
      await Promise.all([write.store.delete(userId), write.done]);
    },
  };
}
