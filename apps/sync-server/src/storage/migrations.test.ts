import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { expect, test } from 'vitest';
import { migrations } from './migrations.ts';

test('a database of before restores were known keeps its history, knows what was created, and marks its cursors', async () => {
  const db = new Kysely<unknown>({ dialect: new PGliteDialect({ pglite: await PGlite.create() }) });
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
  });
  await migrator.migrateTo('002_devices_and_rescue');
  await sql`insert into organization (id, name, sequence, last_written, epoch, signing_key, verifying_key, rescue_key,
    base_url, setup) values ('o', 'O', 3, 9, 'e', '{}', '{}', '{}', 'http://x', 'ready')`.execute(db);
  await sql`insert into history (sequence, type, id, version, body, written_at)
    values (1, 'Patient', 'a', 1, '{}', 7), (2, 'Patient', 'a', 2, '{}', 8), (3, 'Patient', 'b', 1, '{}', 9)`.execute(
    db,
  );
  const { error } = await migrator.migrateToLatest();
  expect(error).toBeUndefined();
  const { rows } = await sql`select sequence::int, created from history order by sequence`.execute(db);
  expect(rows).toEqual([
    { sequence: 1, created: true },
    { sequence: 2, created: false },
    { sequence: 3, created: true },
  ]);
  const organization = await sql<{ cursor_key: string; version_floor: number }>`
    select cursor_key, version_floor from organization`.execute(db);
  expect(organization.rows).toEqual([{ cursor_key: expect.stringMatching(/^.{72}$/u), version_floor: 0 }]);
  await db.destroy();
});
