import { afterAll, expect, test } from 'vitest';
import { emptyStorage, openPGlite } from './openStorage.ts';

const storage = await openPGlite();
afterAll(() => storage.close());

test('S3: the audit trail refuses updates and deletes', async () => {
  await storage.db
    .insertInto('audit')
    .values({ id: 'a', recorded: 1_790_000_000_000, action: 'R', body: '{}' })
    .execute();
  await expect(storage.db.updateTable('audit').set({ action: 'D' }).execute()).rejects.toThrow(
    /append-only/u,
  );
  await expect(storage.db.deleteFrom('audit').execute()).rejects.toThrow(/append-only/u);
  const rows = await storage.db.selectFrom('audit').select(['recorded', 'action']).execute();
  expect(rows).toEqual([{ recorded: 1_790_000_000_000, action: 'R' }]);
  await emptyStorage(storage.db);
});
