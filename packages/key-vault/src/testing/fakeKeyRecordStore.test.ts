import { test } from 'vitest';
import { createFakeKeyRecordStore } from './fakeKeyRecordStore.ts';
import { keyRecordStoreContract } from './keyRecordStoreContract.ts';

for (const promise of keyRecordStoreContract) {
  test(`the fake honours the port: ${promise.name}`, async () => {
    const disk = createFakeKeyRecordStore();
    await promise.run(() => disk.restart(), 'user');
  });
}
