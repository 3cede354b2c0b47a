import type { DeviceProfile } from '@fieldchart/clinic-client';
import { beforeEach, expect, test, vi } from 'vitest';
import { createNativeProfiles } from './profiles.ts';
import { breakStorage, filesOnPhone, plantFile, wipePhone } from './testing/fakeFileSystem.ts';

vi.mock('expo-file-system', async () => (await import('./testing/fakeFileSystem.ts')).fakeFileSystem);

beforeEach(() => wipePhone());

const profile = (userId: string): DeviceProfile => ({
  userId,
  label: 'AR',
  secretKind: 'pin',
  deviceSecretId: 'd',
  ticketId: 't',
  state: 'enrolling',
});

test('profiles are kept, replaced by user and removed, and found again by the next start', async () => {
  expect(await createNativeProfiles().list()).toEqual([]);
  await createNativeProfiles().save(profile('a'));
  await createNativeProfiles().save(profile('b'));
  await createNativeProfiles().save({ ...profile('a'), state: 'ready' });
  expect(await createNativeProfiles().list()).toEqual([profile('b'), { ...profile('a'), state: 'ready' }]);
  await createNativeProfiles().remove('b');
  expect(await createNativeProfiles().list()).toEqual([{ ...profile('a'), state: 'ready' }]);
  expect(filesOnPhone()).toEqual(['profiles.json']);
});

test('damaged profiles are an error and are not written over', async () => {
  plantFile('profiles.json', '[{"userId":');
  const store = createNativeProfiles();
  await expect(store.list()).rejects.toThrow(SyntaxError);
  await expect(store.save(profile('a'))).rejects.toThrow(SyntaxError);
});

test('a write that fails leaves the profiles that were there', async () => {
  await createNativeProfiles().save(profile('a'));
  breakStorage();
  await expect(createNativeProfiles().save(profile('b'))).rejects.toThrow();
});
