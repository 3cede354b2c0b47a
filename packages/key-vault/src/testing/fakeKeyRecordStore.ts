import type { Attempts } from '../attempts.ts';
import type { KeyRecordStore } from '../keyRecordStore.ts';

interface StoredUser {
  readonly slots: readonly [string | null, string | null];
  readonly attempts: Attempts | null;
  readonly sealed: string | null;
}

const nothing: StoredUser = { slots: [null, null], attempts: null, sealed: null };

/** Key records in memory, with a kill before or after any of its writes. */
export interface FakeKeyRecordStore extends KeyRecordStore {
  /** The process dies at the n-th write from now (1 is the next): before it, after it, or with it torn. */
  killAt(write: number, when: 'before' | 'after' | 'torn'): void;
  /** Another process on the same disk. */
  restart(): FakeKeyRecordStore;
  readonly writes: readonly string[];
  /** All that rests on the disk. */
  image(): string;
}

export function createFakeKeyRecordStore(disk: Map<string, StoredUser> = new Map()): FakeKeyRecordStore {
  const writes: string[] = [];
  let plan: { at: number; when: 'before' | 'after' | 'torn' } | null = null;
  let dead = false;

  const read = (userId: string) => {
    if (dead) throw new Error('killed');
    return disk.get(userId) ?? nothing;
  };
  const write = (name: string, userId: string, change: (user: StoredUser, torn: boolean) => StoredUser) => {
    const user = read(userId);
    writes.push(name);
    const killed = plan?.at === writes.length ? plan.when : null;
    dead = killed !== null;
    if (killed !== 'before') disk.set(userId, change(user, killed === 'torn'));
    if (dead) throw new Error('killed');
  };

  return {
    async list() {
      return [...disk.entries()]
        .filter(([, user]) => user.slots.some((slot) => slot !== null))
        .map(([id]) => id);
    },
    async load(userId) {
      return { slots: read(userId).slots };
    },
    async saveSlot(userId, slot, record) {
      write(`slot${slot}`, userId, (user, torn) => {
        const text = torn ? record.slice(0, record.length / 2) : record;
        return { ...user, slots: slot === 0 ? [text, user.slots[1]] : [user.slots[0], text] };
      });
    },
    async loadAttempts(userId) {
      return read(userId).attempts;
    },
    async saveAttempts(userId, attempts) {
      write(`attempts=${attempts.count}`, userId, (user, torn) => (torn ? user : { ...user, attempts }));
    },
    async loadSealed(userId) {
      return read(userId).sealed;
    },
    async saveSealed(userId, sealed) {
      write('sealed', userId, (user) => ({ ...user, sealed }));
    },
    async removeSecret(userId) {
      write('removeSecret', userId, (user) => ({ ...user, slots: [null, null] }));
    },
    async remove(userId) {
      if (dead) throw new Error('killed');
      disk.delete(userId);
    },
    killAt(at, when) {
      plan = { at: writes.length + at, when };
    },
    restart: () => createFakeKeyRecordStore(disk),
    writes,
    image: () => JSON.stringify([...disk.entries()]),
  };
}
