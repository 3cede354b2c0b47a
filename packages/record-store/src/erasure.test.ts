import { createDecipheriv } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { indexPortion } from './indexNotes.ts';
import {
  AUTHOR,
  CLIENT,
  note,
  openTestStore,
  patient,
  serverTime,
  signed,
  visit,
} from './testing/storeFixture.ts';

const PAGE = 4096;
const RESERVED = 80;
const KEY = new Uint8Array(32).fill(3);
const CANARY = 'quetzalcanary';

/** Every page as SQLite sees it, the free ones too: SQLCipher 4, AES-256-CBC, the IV first of the reserved bytes. */
function decryptPages(file: Buffer): string {
  const pages: string[] = [];
  for (let at = 0; at < file.length; at += PAGE) {
    const page = file.subarray(at, at + PAGE);
    const end = PAGE - RESERVED;
    const decipher = createDecipheriv('aes-256-cbc', KEY, page.subarray(end, end + 16)).setAutoPadding(false);
    // The first page begins with the salt.
    const content = decipher.update(page.subarray(at === 0 ? 16 : 0, end));
    pages.push(content.toString('latin1'));
  }
  return pages.join('');
}

/** A client whom the server knows, with a note, a draft that was rewritten, and another client beside. */
async function withCanaries() {
  const fixture = await openTestStore();
  const meta = { versionId: '1', lastUpdated: serverTime(1) };
  const texts = Array.from({ length: 40 }, (_, at) => `${CANARY} ${'told at length '.repeat(100)}${at}`);
  await fixture.store.loadCaseload({
    resources: [
      { ...patient(`${CANARY}name`), meta },
      { ...visit(), meta },
      ...texts.map((data, at) => ({
        ...signed(note({ data }, `30000000-0000-4000-8000-${String(at).padStart(12, '0')}`)),
        encounter: undefined,
        meta,
      })),
    ],
    cursor: 'e.1',
    onProgress: () => {},
  });
  while ((await indexPortion(fixture.store.database)) > 0);
  const readable = async () => {
    await fixture.store.database.close();
    const path = join(fixture.directory, 'records.db');
    expect(existsSync(`${path}-wal`)).toBe(false);
    const found = decryptPages(readFileSync(path)).split(CANARY).length - 1;
    return found;
  };
  return { ...fixture, readable };
}

test('E2: what leaves the caseload leaves the pages, the free ones, the indexes and the journal', async () => {
  const control = await withCanaries();
  expect(await control.readable()).toBeGreaterThan(40);
  await control.end();

  const fixture = await withCanaries();
  expect(await fixture.store.eraseClient(CLIENT)).toBe('erased');
  expect(await fixture.readable()).toBe(0);
  await fixture.end();
});

test('E2: what ages out leaves the pages, the free ones, the indexes and the journal, and so it does cut short and taken up again', async () => {
  const fixture = await withCanaries();
  const retention = { serverTime: '2030-01-01T00:00:00.000Z', days: 90 };
  await fixture.store.applyPage({ entries: [], cursor: 'e.2', retention });
  expect(await fixture.store.ageOut(() => Promise.resolve())).toBe('more');
  const store = await fixture.restart();
  while ((await store.ageOut(() => Promise.resolve())) === 'more');
  expect(await store.agedOutOf(CLIENT)).toMatchObject({ notes: 40 });
  // The client's own name stays, with the client: in the record, and in what list and search read of it.
  const named = await fixture.readable();
  expect(named).toBeGreaterThan(0);
  expect(named).toBeLessThan(30);
  await fixture.end();
});

test('D3: what waits keeps its client whole', async () => {
  const fixture = await withCanaries();
  const { store } = fixture;
  await store.recordChange(
    { resource: note({ data: 'not sent' }, '30000000-0000-4000-8000-00000000ffff'), basedOn: 0 },
    AUTHOR,
  );
  expect(await store.eraseClient(CLIENT)).toBe('waiting');
  expect(await fixture.readable()).toBeGreaterThan(40);
  await fixture.end();
});
