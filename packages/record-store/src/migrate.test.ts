import { openNodeDatabase } from '@fieldchart/encrypted-sqlite/node';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSeededRandom, silentLogger } from '@fieldchart/foundation';
import { createFakeClock } from '@fieldchart/foundation/testing';
import { expect, test } from 'vitest';
import { migrate } from './migrate.ts';
import { openRecordStore } from './openRecordStore.ts';
import { MIGRATIONS } from './schema.ts';
import { LIMITS, note, NOTE_KEY, START } from './testing/storeFixture.ts';

const later = MIGRATIONS.map((_statements, at) => at + 1).slice(0, -1);

test.each(later)('D2: entries that wait in schema %i are sent from the newest', async (version) => {
  const directory = mkdtempSync(join(tmpdir(), 'fieldchart-migrate-'));
  const database = await openNodeDatabase({ directory })({
    name: 'records.db',
    key: new Uint8Array(32).fill(3),
  });
  try {
    await migrate(database, MIGRATIONS.slice(0, version));
    const body = JSON.stringify(note({ data: 'written long ago' }));
    await database.batch([
      {
        sql: `INSERT INTO records (key, type, revision, resource) VALUES (?, 'Composition', 3, ?)`,
        params: [NOTE_KEY, body],
      },
      {
        sql: `INSERT INTO outbox (id, key, kind, author, state, barrier, blocked, draft, draft_since, ready_at)
              VALUES ('m1', ?, 'create', 'Practitioner/p1', 'waiting', 0, 0, 0, 0, 0)`,
        params: [NOTE_KEY],
      },
    ]);
    const store = await openRecordStore({
      database,
      clock: createFakeClock(START),
      random: createSeededRandom(7),
      logger: silentLogger,
    });
    expect((await store.get(NOTE_KEY))?.revision).toBe(3);
    expect(await store.explainEntry('m1')).toMatchObject({ why: 'ready', edits: 1 });
    expect((await store.nextBatch(LIMITS))?.entries).toMatchObject([{ mutationId: 'm1', body }]);
  } finally {
    await database.close();
    rmSync(directory, { recursive: true, force: true });
  }
});
