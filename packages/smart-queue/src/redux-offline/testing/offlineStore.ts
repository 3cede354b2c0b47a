import { offline } from '@redux-offline/redux-offline';
import { configureStore } from '@reduxjs/toolkit';
import { compose, legacy_createStore as createStore, type Store, type StoreEnhancer } from 'redux';
import { discard } from '../finality.ts';
import { isRecord, type OfflineAction, type OfflineState } from '../offlineTypes.ts';
import type { SmartQueue } from '../smartQueue.ts';
import { settled, type RestServer } from './restServer.ts';

/** Where redux-persist 4 keeps a store; outlives it. */
export interface MemoryStorage {
  readonly texts: Map<string, string>;
  getAllKeys(done: (error: unknown, keys?: string[]) => void): void;
  getItem(key: string, done: (error: unknown, text?: string) => void): void;
  setItem(key: string, text: string, done: (error?: unknown) => void): void;
}

export interface OfflineStoreOptions {
  readonly server: Pick<RestServer, 'effect'>;
  /** None: redux-offline's own, first in, first out. */
  readonly queue?: SmartQueue;
  readonly kind?: 'redux 5' | 'Redux Toolkit 2';
  readonly storage?: MemoryStorage;
  readonly discard?: (error: unknown) => boolean;
  /** Around redux-offline. */
  readonly enhancer?: StoreEnhancer;
  /** Inside of redux-offline: it sees the commits, too. */
  readonly inner?: StoreEnhancer;
  /** Called with every action, before the store has it. */
  readonly reducer?: (action: { readonly type: string }) => void;
}

/** A store with the real redux-offline; everything that it hands to the queue is frozen. */
export interface OfflineStore {
  dispatch(action: object): unknown;
  subscribe(listener: () => void): void;
  offline(): OfflineState;
  /** Types of the actions that the app's reducer got, but redux-offline's own. */
  readonly seen: readonly string[];
  readonly actions: readonly OfflineAction[];
  online(): Promise<void>;
  goOffline(): void;
}

export async function openOfflineStore(options: OfflineStoreOptions): Promise<OfflineStore> {
  const { server, queue, kind = 'redux 5', storage } = options;
  const seen: string[] = [];
  const actions: OfflineAction[] = [];
  let signal: (online: boolean) => void = () => undefined;
  let rehydrated: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    rehydrated = resolve;
  });
  const reducer = (state: object = { app: 1 }, action: { readonly type: string }) => {
    if (!/^(?:@@|Offline\/|persist\/)/u.test(action.type)) {
      seen.push(action.type);
      actions.push(action as unknown as OfflineAction);
    }
    options.reducer?.(action);
    return state;
  };
  const enhancer = offline({
    effect: (effect: unknown, action: unknown) => server.effect(effect, action as OfflineAction),
    // Without the queue, redux-offline decides as it always did.
    ...(queue === undefined ? {} : { discard: options.discard ?? discard }),
    retry: () => 0,
    detectNetwork: (callback) => {
      signal = callback;
    },
    ...(queue === undefined ? {} : { queue: frozenInputs(queue) }),
    // Without a storage nothing is persisted, and nothing read back.
    ...(storage === undefined
      ? { persist: () => undefined, rehydrate: false }
      : { persistOptions: { storage }, persistCallback: () => rehydrated() }),
  }) as unknown as StoreEnhancer;
  const enhancers = [options.enhancer, enhancer, options.inner].filter((one) => one !== undefined);
  const store = createWith(kind, reducer, enhancers);
  if (storage !== undefined) await ready;

  return {
    dispatch: (action) => store.dispatch(action as { type: string }),
    subscribe: (listener) => void store.subscribe(listener),
    offline: () => (store.getState() as unknown as { readonly offline: OfflineState }).offline,
    seen,
    actions,
    async online() {
      signal(true);
      await settled();
    },
    goOffline: () => signal(false),
  };
}

export function createMemoryStorage(): MemoryStorage {
  const texts = new Map<string, string>();
  return {
    texts,
    getAllKeys: (done) => done(null, [...texts.keys()]),
    getItem: (key, done) => done(null, texts.get(key)),
    setItem(key, text, done) {
      texts.set(key, text);
      done();
    },
  };
}

/** Waits until redux-persist, which writes one slice at each turn of a timer, has written the outbox as it is. */
export async function persisted(storage: MemoryStorage, store: OfflineStore): Promise<void> {
  const outbox = () => JSON.stringify(store.offline().outbox);
  for (;;) {
    const text = storage.texts.get('reduxPersist:offline');
    const kept = text === undefined ? undefined : (JSON.parse(text) as OfflineState).outbox;
    if (kept === undefined ? outbox() === '[]' : JSON.stringify(kept) === outbox()) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 1);
    });
  }
}

function createWith(
  kind: 'redux 5' | 'Redux Toolkit 2',
  reducer: (state: object | undefined, action: { readonly type: string }) => object,
  enhancers: readonly StoreEnhancer[],
): Store {
  if (kind === 'redux 5') return createStore(reducer, compose(...enhancers) as StoreEnhancer);
  return configureStore({
    reducer,
    middleware: (getDefault) => getDefault({ serializableCheck: false }),
    enhancers: (getDefault) => getDefault().concat(enhancers),
  });
}

function frozenInputs(queue: SmartQueue): SmartQueue {
  return {
    ...queue,
    enqueue: (outbox, action, context) => queue.enqueue(freeze(outbox), freeze(action), freeze(context)),
    dequeue: (outbox, result, context) => queue.dequeue(freeze(outbox), freeze(result), freeze(context)),
    peek: (outbox, action, context) => queue.peek(freeze(outbox), freeze(action), freeze(context)),
  };
}

function freeze<Value>(value: Value): Value {
  if ((Array.isArray(value) || isRecord(value)) && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freeze(inner);
  }
  return value;
}
