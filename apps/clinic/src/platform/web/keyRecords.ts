import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import { CodedError } from '@fieldchart/foundation';
import type { Attempts, KeyRecordStore } from '@fieldchart/key-vault';

// One row for each part of each user, so that a write that is cut off can damage no other part. The database's
// own transactions make a row old or new; `strict` has them on the disk before they are said to be done.

type Part = 'slot0' | 'slot1' | 'attempts' | 'sealed';

interface KeyRecordSchema extends DBSchema {
  parts: { key: [userId: string, part: Part]; value: string | Attempts };
}

/** Key records in IndexedDB. */
export function createWebKeyRecords(name = 'fieldchart-keys'): KeyRecordStore {
  let opened: Promise<IDBPDatabase<KeyRecordSchema>> | null = null;
  const open = () => {
    const forget = () => {
      opened = null;
    };
    opened ??= openDB<KeyRecordSchema>(name, 1, {
      upgrade: (database) => void database.createObjectStore('parts'),
      blocking: (_current, _wanted, event) => {
        (event.target as IDBDatabase).close();
        forget();
      },
      terminated: forget,
    });
    opened.catch(forget);
    return opened;
  };

  const read = async (userId: string, part: Part) =>
    translated(async () => (await (await open()).get('parts', [userId, part])) ?? null);
  const write = async (userId: string, part: Part, value: string | Attempts) =>
    translated(async () => {
      const transaction = (await open()).transaction('parts', 'readwrite', { durability: 'strict' });
      await Promise.all([transaction.store.put(value, [userId, part]), transaction.done]);
    });
  const readText = async (userId: string, part: Part) => {
    const value = await read(userId, part);
    // Anything but text cannot be a record: handed on as one that is damaged.
    return value === null || typeof value === 'string' ? value : '';
  };

  return {
    async list() {
      const keys = await translated(async () => (await open()).getAllKeys('parts'));
      return [...new Set(keys.filter(([, part]) => part.startsWith('slot')).map(([userId]) => userId))];
    },
    load: async (userId) => ({ slots: [await readText(userId, 'slot0'), await readText(userId, 'slot1')] }),
    saveSlot: (userId, slot, record) => write(userId, slot === 0 ? 'slot0' : 'slot1', record),
    async loadAttempts(userId) {
      const value = await read(userId, 'attempts');
      return typeof value === 'string' ? damagedAttempts : value;
    },
    saveAttempts: (userId, attempts) => write(userId, 'attempts', attempts),
    loadSealed: (userId) => readText(userId, 'sealed'),
    saveSealed: (userId, sealed) => write(userId, 'sealed', sealed),
    removeSecret: async (userId) =>
      translated(async () => {
        const transaction = (await open()).transaction('parts', 'readwrite', { durability: 'strict' });
        const parts = ['slot0', 'slot1'] as const;
        await Promise.all([
          ...parts.map((part) => transaction.store.delete([userId, part])),
          transaction.done,
        ]);
      }),
    remove: async (userId) =>
      translated(async () => {
        const transaction = (await open()).transaction('parts', 'readwrite', { durability: 'strict' });
        const everything = IDBKeyRange.bound([userId], [userId, []]);
        await Promise.all([transaction.store.delete(everything), transaction.done]);
      }),
  };
}

/** Not a number, so that the vault takes it for what it is. */
const damagedAttempts: Attempts = { count: Number.NaN, at: Number.NaN, first: Number.NaN };

/** A storage that fails is said to fail; it is never read as empty. */
async function translated<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    throw new CodedError('key-records-unavailable', 'The browser did not keep or yield the key record.', {
      cause,
    });
  }
}
