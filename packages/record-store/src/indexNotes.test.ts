import { createSeededRandom, randomUuid } from '@fieldchart/foundation';
import { createFakeTimers } from '@fieldchart/foundation/testing';
import { expect, test } from 'vitest';
import { indexPortion } from './indexNotes.ts';
import { AUTHOR, note, openTestStore } from './testing/storeFixture.ts';

async function indexed() {
  const fixture = await openTestStore();
  const timers = createFakeTimers();
  let caughtUp = 0;
  const stop = fixture.store.startIndexing(timers);
  fixture.store.onCommit((commit) => {
    if (commit.indexed === true) caughtUp += 1;
  });
  let revision = 0;
  return {
    timers,
    type: async (data: string) => {
      const change = { resource: note({ data }), basedOn: revision, typing: true };
      ({ revision } = await fixture.store.recordChange(change, AUTHOR));
    },
    unindexed: async () => {
      const [row] = await fixture.store.database.all<{ count: number }>(
        'SELECT count(*) AS count FROM notes WHERE analyser = 0',
      );
      return row?.count;
    },
    caughtUp: () => caughtUp,
    /** Real time for what SQLite does, between two moments of the virtual one. */
    async pass(milliseconds: number) {
      for (let passed = 0; passed < milliseconds; passed += 500) {
        await timers.advance(500);
        await fixture.store.database.all('SELECT 1');
      }
    },
    stop,
    end: () => fixture.end(),
  };
}

test('the index follows two seconds after the last keystroke, not before', async () => {
  const device = await indexed();
  await device.type('a');
  await device.pass(1_500);
  await device.type('ab');
  await device.pass(1_500);
  expect(await device.unindexed()).toBe(1);
  await device.pass(1_000);
  expect(await device.unindexed()).toBe(0);
  expect(device.caughtUp()).toBe(1);
  expect(device.timers.pending).toBe(0);
  await device.end();
});

test('it follows all the same while commits never stop, after twenty seconds', async () => {
  const device = await indexed();
  let most = 0;
  for (let typed = 0; typed < 30; typed += 1) {
    await device.type('x'.repeat(typed + 1));
    await device.pass(1_000);
    if ((await device.unindexed()) === 1) most = typed;
    else break;
  }
  expect(most).toBeGreaterThan(15);
  expect(most).toBeLessThan(22);
  await device.end();
});

test('once ended it does nothing more', async () => {
  const device = await indexed();
  device.stop();
  await device.type('a');
  await device.pass(30_000);
  expect(await device.unindexed()).toBe(1);
  expect(device.timers.pending).toBe(0);
  await device.end();
});

test('no commit of the index rewrites more than a keystroke may wait for, and its parts stay few', async () => {
  const fixture = await openTestStore();
  const { store } = fixture;
  const random = createSeededRandom(11);
  const words = Array.from({ length: 1_500 }, (_, at) => `word${at.toString(36)}`);
  const text = () =>
    Array.from({ length: 60 }, () => words[Math.floor(random.fraction() * words.length)]).join(' ');
  const resources = Array.from({ length: 600 }, () => ({
    ...note({ data: text() }, randomUuid(random)),
    meta: { versionId: '1', lastUpdated: '2026-06-01T00:00:00.000Z' },
  }));
  await store.loadCaseload({ resources, cursor: 'all' });
  await store.database.all('PRAGMA wal_autocheckpoint = 0');
  const pagesWritten = async () => {
    const [row] = await store.database.all<{ log: number }>('PRAGMA wal_checkpoint(PASSIVE)');
    return row?.log ?? 0;
  };
  await pagesWritten();
  const written: number[] = [];
  while ((await indexPortion(store.database, 2)) > 0) written.push(await pagesWritten());
  const [parts] = await store.database.all<{ count: number }>(
    'SELECT count(DISTINCT segid) AS count FROM note_index_idx',
  );
  expect(written).toHaveLength(300);
  expect(Math.max(...written)).toBeLessThan(90);
  expect(parts?.count).toBeLessThan(24);
  await fixture.end();
});
