import { beforeEach, expect, test, vi } from 'vitest';
import { createDatabaseFiles } from './databaseFiles.ts';
import { filesOnPhone, wipePhone } from './testing/fakeFileSystem.ts';

vi.mock('expo-file-system', async () => (await import('./testing/fakeFileSystem.ts')).fakeFileSystem);

beforeEach(() => wipePhone());

test('what lies beside a database is read whole or from its start, replaced, and taken away', async () => {
  const files = createDatabaseFiles();
  expect(await files.read('a.db-wal')).toBeUndefined();
  await files.write('a.db-wal', Uint8Array.of(1, 2, 3));
  await files.write('a.db-wal', Uint8Array.of(4, 5));
  expect(await files.read('a.db-wal')).toEqual(Uint8Array.of(4, 5));
  expect(await files.read('a.db-wal', 1)).toEqual(Uint8Array.of(4));
  await files.remove('a.db-wal');
  await files.remove('a.db-wal');
  expect(filesOnPhone()).toEqual([]);
});

test('E2: a database goes with all that was made beside it, and no other does', async () => {
  const files = createDatabaseFiles();
  const beside = ['a.db', 'a.db-wal', 'a.db.journal', 'a.db.reading-wal'];
  for (const name of [...beside, 'b.db']) await files.write(name, Uint8Array.of(1));
  await files.removeDatabase('a.db');
  expect(filesOnPhone()).toEqual(['b.db']);
});
