import { offline } from '@redux-offline/redux-offline';
import type { NetworkCallback, OfflineAction, OfflineState } from '@redux-offline/redux-offline/lib/types';
import type { SqliteStorage } from '@fieldchart/redux-persist-sqlite';
import { legacy_createStore as createStore, type StoreEnhancer } from 'redux';
import { fifoDefaults } from './fifo.ts';

/** The published redux-offline at work: its own store, queue, effect and persistence. */
export interface ReduxOffline {
  enqueue(action: OfflineAction): void;
  /** Resolves when an outbox that holds all that was enqueued is in the storage. */
  persisted(): Promise<void>;
  /** Goes online and resolves when the outbox is empty. */
  drain(): Promise<void>;
  /** Actions that the server refused, and that redux-offline then threw away. */
  discarded(): number;
  close(): Promise<void>;
}

interface State {
  readonly offline: OfflineState;
}

/** The key under which redux-persist 4 keeps redux-offline's part of the state. */
const KEPT_AS = 'reduxPersist:offline';

/** Opens it offline, on a storage, or without persistence: then nothing outlives the process. */
export async function openReduxOffline(options: {
  readonly storage?: SqliteStorage;
  readonly outbox?: readonly OfflineAction[];
  /** Sees what each effect came to. */
  readonly onResult?: (result: unknown) => void;
}): Promise<ReduxOffline> {
  const { storage, outbox = [], onResult = () => {} } = options;
  let goOnline: NetworkCallback = () => {};
  let discarded = 0;
  /** Ends of the writes that began. */
  let writes: Promise<void> = Promise.resolve();
  let begun: () => void = () => {};
  const watched =
    storage === undefined
      ? undefined
      : watch(storage, (write) => {
          writes = write;
          begun();
        });
  const state: State = {
    offline: {
      busy: false,
      lastTransaction: 0,
      online: false,
      outbox: [...outbox],
      retryCount: 0,
      retryScheduled: false,
    },
  };
  let restored: () => void = () => {};
  const ready = new Promise<void>((resolve) => {
    restored = resolve;
  });
  const store = offline({
    ...fifoDefaults,
    detectNetwork: (callback) => {
      goOnline = callback;
    },
    discard: (error, action, retries) => {
      const gone = fifoDefaults.discard(error, action, retries);
      if (gone) discarded += 1;
      return gone;
    },
    effect: async (effect, action) => {
      const result: unknown = await fifoDefaults.effect(effect, action);
      onResult(result);
      return result;
    },
    persistCallback: () => restored(),
    ...(watched === undefined ? { persist: undefined } : { persistOptions: { storage: watched } }),
  } as Parameters<typeof offline>[0])(createStore)((own: State) => own, state, noEnhancer);
  if (watched !== undefined) await ready;
  const outboxNow = () => store.getState().offline.outbox;

  const persisted = async () => {
    // The write that redux-persist begins from now on holds what stands in the store now.
    await new Promise<void>((resolve) => {
      begun = resolve;
    });
    await writes;
  };

  return {
    enqueue: (action) => void store.dispatch({ ...action }),
    persisted,
    async drain() {
      goOnline(true);
      if (outboxNow().length === 0) return;
      await new Promise<void>((resolve) => {
        const stop = store.subscribe(() => {
          if (outboxNow().length > 0) return;
          stop();
          resolve();
        });
      });
      if (watched !== undefined) await persisted();
    },
    discarded: () => discarded,
    async close() {
      await writes;
    },
  };
}

/** Its types want an enhancer, though it has a default; they were written for redux 4. */
const noEnhancer = ((next: unknown) => next) as unknown as StoreEnhancer<State>;

/** The storage, with a word about each write of the outbox as it begins. */
function watch(storage: SqliteStorage, onWrite: (write: Promise<void>) => void): SqliteStorage {
  return {
    ...storage,
    async setItem(key, value, done) {
      const write = storage.setItem(key, value, done);
      if (key === KEPT_AS) onWrite(write);
      await write;
    },
  };
}
