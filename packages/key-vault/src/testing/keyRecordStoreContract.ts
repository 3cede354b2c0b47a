import type { KeyRecordStore } from '../keyRecordStore.ts';

/** One promise of the port. `open` yields another store over the same disk each time; `userId` is unused so far. */
export interface KeyRecordStoreCase {
  readonly name: string;
  run(open: () => KeyRecordStore, userId: string): Promise<void>;
}

/** What every {@link KeyRecordStore} does. Plain functions, so that they also run inside a browser's page. */
export const keyRecordStoreContract: readonly KeyRecordStoreCase[] = [
  {
    name: 'an unknown user has nothing',
    async run(open, userId) {
      const store = open();
      same((await store.load(userId)).slots, [null, null]);
      same(await store.loadAttempts(userId), null);
      same(await store.loadSealed(userId), null);
      same((await store.list()).includes(userId), false);
    },
  },
  {
    name: 'each part is kept by itself, and found again by another process',
    async run(open, userId) {
      const store = open();
      await store.saveSealed(userId, 'sealed');
      await store.saveAttempts(userId, { count: 2, at: 1_790_000_000_000, first: 1_789_999_000_000 });
      same((await store.list()).includes(userId), false);
      await store.saveSlot(userId, 1, 'second');
      same((await open().load(userId)).slots, [null, 'second']);
      await store.saveSlot(userId, 0, 'first');
      await store.saveSlot(userId, 1, 'second again');
      const later = open();
      same((await later.load(userId)).slots, ['first', 'second again']);
      same(await later.loadAttempts(userId), { count: 2, at: 1_790_000_000_000, first: 1_789_999_000_000 });
      same(await later.loadSealed(userId), 'sealed');
      same(
        (await later.list()).filter((id) => id === userId),
        [userId],
      );
    },
  },
  {
    name: 'removing a user takes everything of theirs and nothing of another',
    async run(open, userId) {
      const store = open();
      const other = `${userId}-other`;
      for (const id of [userId, other]) {
        await store.saveSlot(id, 0, id);
        await store.saveAttempts(id, { count: 1, at: 1, first: 1 });
        await store.saveSealed(id, id);
      }
      await store.remove(userId);
      const later = open();
      same((await later.load(userId)).slots, [null, null]);
      same(await later.loadAttempts(userId), null);
      same(await later.loadSealed(userId), null);
      same((await later.load(other)).slots, [other, null]);
      same(await later.loadSealed(other), other);
      same((await later.list()).includes(userId), false);
    },
  },
  {
    name: 'removing the secret leaves what is sealed for rescue, and what was tried',
    async run(open, userId) {
      const store = open();
      await store.saveSealed(userId, 'sealed');
      await store.saveSlot(userId, 0, 'first');
      await store.saveSlot(userId, 1, 'second');
      await store.saveAttempts(userId, { count: 3, at: 2, first: 1 });
      await store.removeSecret(userId);
      const later = open();
      same((await later.load(userId)).slots, [null, null]);
      same(await later.loadAttempts(userId), { count: 3, at: 2, first: 1 });
      same(await later.loadSealed(userId), 'sealed');
      same((await later.list()).includes(userId), false);
    },
  },
  {
    name: 'attempts are kept with the events that are still to be told',
    async run(open, userId) {
      const events = [{ kind: 'failures', id: 'a', count: 2, first: 1, at: 2, erased: true }] as const;
      const attempts = { count: 1, at: 5, first: 5, erased: true, events } as const;
      await open().saveAttempts(userId, attempts);
      same(await open().loadAttempts(userId), attempts);
      await open().saveAttempts(userId, { count: 0, at: 0, first: 0 });
      same(await open().loadAttempts(userId), { count: 0, at: 0, first: 0 });
    },
  },
  {
    name: 'ids with any characters stay apart',
    async run(open, userId) {
      const store = open();
      const ids = ['/../x', 'ñ', 'N', 'n', ' '].map((suffix) => `${userId}${suffix}`);
      for (const id of ids) await store.saveSlot(id, 0, id);
      for (const id of ids) same((await open().load(id)).slots, [id, null]);
    },
  },
];

function same(actual: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) throw new Error(`expected ${right}, got ${left}`);
}
