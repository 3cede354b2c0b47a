import { beforeEach, expect, test, vi } from 'vitest';
import { keyRecordStoreContract } from '../../../../../packages/key-vault/src/testing/keyRecordStoreContract.ts';
import { createNativeKeyRecords } from './keyRecords.ts';
import { breakStorage, filesOnPhone, plantFile, wipePhone } from './testing/fakeFileSystem.ts';

vi.mock('expo-file-system', async () => (await import('./testing/fakeFileSystem.ts')).fakeFileSystem);

beforeEach(() => wipePhone());

for (const promise of keyRecordStoreContract) {
  test(`key records on a phone honour the port: ${promise.name}`, () =>
    promise.run(createNativeKeyRecords, 'user'));
}

test('what a killed write left beside a record is never read as the record', async () => {
  await createNativeKeyRecords().saveSlot('user', 0, 'whole');
  const [path = ''] = filesOnPhone();
  plantFile(`${path}.new`, 'ha');
  const store = createNativeKeyRecords();
  expect(await store.load('user')).toEqual({ slots: ['whole', null] });
  await store.saveSlot('user', 0, 'next');
  expect(await store.load('user')).toEqual({ slots: ['next', null] });
  expect(filesOnPhone()).toEqual([path]);
});

test('a storage that fails is said to fail and never read as nobody', async () => {
  const store = createNativeKeyRecords();
  await store.saveSlot('user', 0, 'record');
  breakStorage();
  const refused = { code: 'key-records-unavailable' };
  await expect(store.list()).rejects.toMatchObject(refused);
  await expect(store.load('user')).rejects.toMatchObject(refused);
  await expect(store.saveAttempts('user', { count: 1, at: 1, first: 1 })).rejects.toMatchObject(refused);
});

test('attempts that were damaged are no number, so that they cannot pass for none', async () => {
  const store = createNativeKeyRecords();
  await store.saveAttempts('user', { count: 3, at: 5, first: 4 });
  const [path = ''] = filesOnPhone();
  plantFile(path, '{"count":');
  expect(await store.loadAttempts('user')).toEqual({ count: Number.NaN, at: Number.NaN, first: Number.NaN });
});
