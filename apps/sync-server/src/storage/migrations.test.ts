import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { expect, test } from 'vitest';
import { migrations } from './migrations.ts';
import type { Tables } from './tables.ts';

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

test('D3: chains that rescues had broken are put together; every link stays, and what was sent twice stands once in a chain', async () => {
  const db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite: await PGlite.create() }) });
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
  });
  const run = (statement: string) => sql.raw(statement).execute(db);
  expect((await migrator.migrateTo('003_restore_and_review')).error).toBeUndefined();
  await db.insertInto('practitioner').values({ id: 'ana', name: 'Ana', role: 'clinician' }).execute();
  const device = (id: string, replacedBy: string | null) => ({
    id,
    practitioner_id: 'ana',
    public_key: JSON.stringify({}),
    thumbprint: id,
    registered_at: 1,
    revoked_at: null,
    replaced_by: replacedBy,
  });
  await db
    .insertInto('device')
    .values([
      device('third', null),
      device('first', 'second'),
      device('second', 'third'),
      device('other', null),
    ])
    .execute();
  const link = (deviceId: string, number: number) =>
    `('${deviceId}', ${number}, 'p', '${deviceId} ${number}', 1)`;
  const links = [link('first', 1), link('first', 2), link('second', 2), link('second', 3), link('third', 4)];
  await run(`insert into device_audit_link (device_id, number, previous, hash, received_at)
    values ${[...links, link('other', 1)].join(', ')}`);
  await run(`insert into alert (kind, subject, device_id, details, raised_at) values
    ('audit-gap', 'second 1', 'second', '{}', 5), ('audit-gap', 'other 2', 'other', '{}', 5)`);

  expect((await migrator.migrateToLatest()).error).toBeUndefined();
  const devices = await db.selectFrom('device').select(['id', 'audit_chain']).orderBy('id').execute();
  expect(devices).toEqual([
    { id: 'first', audit_chain: null },
    { id: 'other', audit_chain: null },
    { id: 'second', audit_chain: 'first' },
    { id: 'third', audit_chain: 'first' },
  ]);
  const kept = await db
    .selectFrom('device_audit_link')
    .select(['chain', 'hash'])
    .orderBy('chain')
    .orderBy('number')
    .execute();
  expect(kept).toEqual([
    { chain: 'first', hash: 'first 1' },
    { chain: 'first', hash: 'first 2' },
    { chain: 'first', hash: 'second 3' },
    { chain: 'first', hash: 'third 4' },
    { chain: 'other', hash: 'other 1' },
    { chain: 'second', hash: 'second 2' },
  ]);
  const open = await db.selectFrom('alert').select('subject').where('closed_at', 'is', null).execute();
  expect(open).toEqual([{ subject: 'other 2' }]);
  await db.destroy();
});
