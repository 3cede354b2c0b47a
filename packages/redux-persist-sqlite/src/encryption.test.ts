import { webcrypto } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { combineReducers, configureStore, createSlice } from '@reduxjs/toolkit';
import { persistReducer, persistStore } from 'redux-persist';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type SynchronousSqliteShape, fromNodeSqlite } from './bindings.ts';
import { encryptState } from './encryptState.ts';
import { createSqliteStorage } from './sqliteStorage.ts';
import { type CryptoShape, createKeyHolder, createWebCryptoCipher } from './stateCipher.ts';

let directory: string;
let database: DatabaseSync;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fieldchart-encryption-'));
  database = new DatabaseSync(join(directory, 'state.db'));
});
afterEach(async () => {
  // redux-persist writes once more when it has restored.
  await new Promise((resolve) => setTimeout(resolve, 20));
  database.close();
  rmSync(directory, { recursive: true, force: true });
});

const binding = () => fromNodeSqlite(database as unknown as SynchronousSqliteShape);
const platform = webcrypto as unknown as CryptoShape<CryptoKey>;
const importKey = async (byte: number) =>
  (await webcrypto.subtle.importKey('raw', new Uint8Array(32).fill(byte), 'AES-GCM', false, [
    'encrypt',
    'decrypt',
  ])) as CryptoKey;
const rows = () =>
  database.prepare('SELECT slice, value FROM redux_persist ORDER BY rowid').all() as {
    slice: string;
    value: string;
  }[];
const onDisk = () => readFileSync(join(directory, 'state.db')).toString('latin1');

async function sealed(byte = 7) {
  const keys = createKeyHolder(await importKey(byte));
  const storage = createSqliteStorage({ database: binding(), cipher: createWebCryptoCipher(platform, keys) });
  return { keys, storage };
}

test('E1: with a cipher nothing of the state is on the disk, and it is read again with the key', async () => {
  const { storage } = await sealed();
  const state = '{"notes":"the canary sings","_persist":"{}"}';
  await storage.setItem('persist:root', state);
  expect(onDisk()).not.toContain('canary');
  expect(await (await sealed()).storage.getItem('persist:root')).toBe(state);
});

test('a slice is sealed and written only when it changed', async () => {
  const { storage } = await sealed();
  await storage.setItem('persist:root', '{"notes":"one","place":"here"}');
  const before = rows();
  await storage.setItem('persist:root', '{"notes":"two","place":"here"}');
  const after = rows();
  expect(after[1]).toEqual(before[1]);
  expect(after[0]?.value).not.toBe(before[0]?.value);
});

test.each([
  ['under another key', async () => (await sealed(8)).storage],
  [
    'damaged',
    async () => {
      database.exec("UPDATE redux_persist SET value = substr(value, 1, 20) || 'AAAA' || substr(value, 25)");
      return (await sealed()).storage;
    },
  ],
  [
    'moved to another slice',
    async () => {
      database.exec("UPDATE redux_persist SET slice = 'elsewhere'");
      return (await sealed()).storage;
    },
  ],
  [
    'in the clear',
    async () => {
      database.exec(`UPDATE redux_persist SET value = 'plain'`);
      return (await sealed()).storage;
    },
  ],
])('D3: a value that is %s is refused, latched, and stays as it is', async (_case, spoil) => {
  await (await sealed()).storage.setItem('persist:root', '{"notes":"precious"}');
  const storage = await spoil();
  const kept = rows();
  await expect(storage.getItem('persist:root')).rejects.toMatchObject({ code: 'STORAGE_UNREADABLE' });
  await expect(storage.setItem('persist:root', '{"notes":""}')).rejects.toMatchObject({
    code: 'STORAGE_READ_ONLY',
  });
  expect(rows()).toEqual(kept);
  storage.release('persist:root');
  await storage.setItem('persist:root', '{"notes":"new"}');
  expect(await storage.getItem('persist:root')).toBe('{"notes":"new"}');
});

test('E5: while locked reads wait and writes reject; after the unlock both work, and a blind write changes nothing', async () => {
  await (await sealed()).storage.setItem('persist:root', '{"notes":"precious"}');
  const keys = createKeyHolder<CryptoKey>();
  const storage = createSqliteStorage({ database: binding(), cipher: createWebCryptoCipher(platform, keys) });
  const reading = storage.getItem('persist:root');
  await expect(storage.setItem('persist:root', '{"notes":""}')).rejects.toMatchObject({
    code: 'STORAGE_LOCKED',
  });
  keys.set(await importKey(7));
  expect(await reading).toBe('{"notes":"precious"}');
  await storage.setItem('persist:root', '{"notes":"more"}');
  keys.clear();
  await expect(storage.setItem('persist:root', '{"notes":""}')).rejects.toMatchObject({
    code: 'STORAGE_LOCKED',
  });
});

const notes = createSlice({
  name: 'notes',
  initialState: { text: '' },
  reducers: { typed: (_state, { payload }: { payload: string }) => ({ text: payload }) },
});
const place = createSlice({
  name: 'place',
  initialState: { at: 'start' },
  reducers: { moved: (_state, { payload }: { payload: string }) => ({ at: payload }) },
});

async function openStore(transform: ReturnType<typeof encryptState>) {
  const reducer = persistReducer(
    {
      key: 'root',
      storage: createSqliteStorage({ database: binding() }),
      timeout: 0,
      transforms: [transform],
    } as never,
    combineReducers({ notes: notes.reducer, place: place.reducer }),
  );
  const store = configureStore({ reducer, middleware: (defaults) => defaults({ serializableCheck: false }) });
  const persistor = await new Promise<ReturnType<typeof persistStore>>((resolve) => {
    const made = persistStore(store, null, () => resolve(made));
  });
  return { store, persistor };
}
const KEY = new Uint8Array(32).fill(7);

test('E1: encryptState as a transform of redux-persist 6 seals each slice, and opens it at the next start', async () => {
  const first = await openStore(encryptState(KEY));
  first.store.dispatch(notes.actions.typed('the canary sings'));
  await first.persistor.flush();
  expect(onDisk()).not.toContain('canary');
  const second = await openStore(encryptState(() => KEY));
  expect(second.store.getState().notes.text).toBe('the canary sings');
});

test('D3: a slice that encryptState cannot open reads as absent, is told, and is never written over', async () => {
  const first = await openStore(encryptState(KEY));
  first.store.dispatch(notes.actions.typed('precious'));
  first.store.dispatch(place.actions.moved('home'));
  await first.persistor.flush();
  database.exec(
    "UPDATE redux_persist SET value = replace(value, 'gcm1.', 'gcm1.AAAA') WHERE slice = 'notes'",
  );
  const unreadable: string[] = [];
  const transform = encryptState(KEY, {
    onUnreadable: (slice) => unreadable.push(slice),
    initial: { notes: notes.getInitialState() },
  });
  const second = await openStore(transform);
  const spoilt = rows().find(({ slice }) => slice === 'notes');
  expect(unreadable).toEqual(['notes']);
  expect(second.store.getState()).toMatchObject({ notes: { text: '' }, place: { at: 'home' } });
  second.store.dispatch(notes.actions.typed('typed over'));
  second.store.dispatch(place.actions.moved('away'));
  await second.persistor.flush();
  expect(rows().find(({ slice }) => slice === 'notes')).toEqual(spoilt);
  transform.release('notes');
  second.store.dispatch(notes.actions.typed('a new beginning'));
  await second.persistor.flush();
  expect((await openStore(encryptState(KEY))).store.getState()).toMatchObject({
    notes: { text: 'a new beginning' },
    place: { at: 'away' },
  });
});

test('E1, D3: while encryptState has no key nothing goes out in the clear, and what is stored stays', async () => {
  let key: Uint8Array | undefined = KEY;
  const { store, persistor } = await openStore(encryptState(() => key));
  store.dispatch(notes.actions.typed('before the lock'));
  await persistor.flush();
  key = undefined;
  store.dispatch(notes.actions.typed('the canary sings while locked'));
  await persistor.flush();
  expect(onDisk()).not.toContain('canary');
  expect((await openStore(encryptState(KEY))).store.getState().notes.text).toBe('before the lock');
});
