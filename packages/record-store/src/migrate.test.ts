import type { Database } from '@fieldchart/encrypted-sqlite';
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

const KEY = new Uint8Array(32).fill(3);

/** Everything that a database says: its version, its schema, and every row of every table. */
async function contentOf(database: Database): Promise<unknown> {
  const schema = await database.all<{ name: string; type: string }>(
    "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name",
  );
  const rows: [string, unknown][] = [];
  for (const { name } of schema.filter(({ type }) => type === 'table')) {
    rows.push([name, await database.all(`SELECT * FROM ${name}`)]);
  }
  return [await database.all('PRAGMA user_version'), schema, rows];
}

/** A database of an earlier schema, with a record and an entry that waits where that schema has tables. */
async function databaseOf(version: number) {
  const directory = mkdtempSync(join(tmpdir(), 'fieldchart-migrate-'));
  const open = () => openNodeDatabase({ directory })({ name: 'records.db', key: KEY });
  let database = await open();
  await migrate(database, MIGRATIONS.slice(0, version));
  if (version > 0) await database.batch(waitingNote(JSON.stringify(note({ data: 'written long ago' }))));
  return {
    get database() {
      return database;
    },
    async restart() {
      await database.close();
      database = await open();
      return database;
    },
    async end() {
      await database.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const waitingNote = (body: string) => [
  {
    sql: `INSERT INTO records (key, type, revision, resource) VALUES (?, 'Composition', 3, ?)`,
    params: [NOTE_KEY, body],
  },
  {
    sql: `INSERT INTO outbox (id, key, kind, author, state, barrier, blocked, draft, draft_since, ready_at)
          VALUES ('m1', ?, 'create', 'Practitioner/p1', 'waiting', 0, 0, 0, 0, 0)`,
    params: [NOTE_KEY],
  },
];

const later = MIGRATIONS.map((_statements, at) => at + 1).slice(0, -1);

test.each(later)('D2: entries that wait in schema %i are sent from the newest', async (version) => {
  const directory = mkdtempSync(join(tmpdir(), 'fieldchart-migrate-'));
  const database = await openNodeDatabase({ directory })({
    name: 'records.db',
    key: KEY,
  });
  try {
    await migrate(database, MIGRATIONS.slice(0, version));
    const body = JSON.stringify(note({ data: 'written long ago' }));
    await database.batch(waitingNote(body));
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

test.each([0, ...later])(
  'D2, D4: whichever statement of the step from schema %i fails, nothing of the step stays, and it resumes',
  async (version) => {
    const whole = await databaseOf(version);
    const before = await contentOf(whole.database);
    await migrate(whole.database);
    const expected = await contentOf(whole.database);
    await whole.end();
    const statements = MIGRATIONS[version] ?? [];
    for (let at = 0; at <= statements.length; at += 1) {
      const broken = MIGRATIONS.with(version, statements.toSpliced(at, 0, 'SELECT * FROM killed_here'));
      const fixture = await databaseOf(version);
      await expect(migrate(fixture.database, broken)).rejects.toMatchObject({ code: 'DATABASE_SQL' });
      expect(await contentOf(await fixture.restart()), `statement ${at}`).toEqual(before);
      await migrate(fixture.database);
      expect(await contentOf(fixture.database), `statement ${at}`).toEqual(expected);
      await fixture.end();
    }
  },
  60_000,
);

test('D3: a database of a newer app is refused, and nothing in it changes', async () => {
  const fixture = await databaseOf(MIGRATIONS.length);
  await migrate(fixture.database, [...MIGRATIONS, ['CREATE TABLE of_tomorrow (v)'], []]);
  const before = await contentOf(fixture.database);
  await expect(migrate(fixture.database)).rejects.toMatchObject({ code: 'STORE_NEWER_SCHEMA' });
  expect(await contentOf(await fixture.restart())).toEqual(before);
  await fixture.end();
});
