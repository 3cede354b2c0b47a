import { CodedError } from '@fieldchart/foundation';
import { Kysely, PGliteDialect, PostgresDialect, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import pg from 'pg';
import { migrations } from './migrations.ts';
import type { Tables } from './tables.ts';

export type Database = Kysely<Tables>;

/** The server's database, on PGlite or on PostgreSQL: the same schema and the same statements. */
export interface Storage {
  readonly db: Database;
  readonly kind: 'pglite' | 'postgres';
  close(): Promise<void>;
}

type StorageErrorCode = 'STORAGE_UNREACHABLE' | 'STORAGE_DAMAGED';

const INT8 = 20;

/** Opens (and migrates) the embedded database in `folder`, or in memory without one. */
export async function openPGlite(folder?: string): Promise<Storage> {
  const { PGlite } = await import('@electric-sql/pglite');
  let pglite;
  try {
    pglite = await PGlite.create({
      ...(folder === undefined ? {} : { dataDir: folder }),
      parsers: { [INT8]: Number },
    });
  } catch (cause) {
    throw new CodedError<StorageErrorCode>('STORAGE_DAMAGED', 'the embedded database does not open', {
      cause,
    });
  }
  const db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) });
  try {
    await migrate(db);
  } catch (cause) {
    await pglite.close().catch(() => undefined);
    throw new CodedError<StorageErrorCode>('STORAGE_DAMAGED', 'the embedded database does not answer', {
      cause,
    });
  }
  return { db, kind: 'pglite', close: () => db.destroy() };
}

/** Connects to PostgreSQL and migrates it; one server at a time migrates. */
export async function openPostgres(url: string): Promise<Storage> {
  const pool = new pg.Pool({
    connectionString: url,
    max: 16,
    types: {
      getTypeParser: ((oid: number, format?: 'text') =>
        oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    },
  });
  // An idle connection that breaks is replaced at the next query; without a listener it would end the process.
  pool.on('error', () => undefined);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  try {
    await migrate(db);
  } catch (cause) {
    await db.destroy();
    throw new CodedError<StorageErrorCode>(
      'STORAGE_UNREACHABLE',
      'PostgreSQL does not answer, or its schema is not ours',
      {
        cause,
      },
    );
  }
  return { db, kind: 'postgres', close: () => db.destroy() };
}

async function migrate(db: Database): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/** Empties every table, keeping the schema. */
export async function emptyStorage(db: Database): Promise<void> {
  await sql`truncate organization, practitioner, device, ticket, token_use, resource, history, care_team_member,
    emergency_access, access_change, audit, sealed_work, review_item, review_entry, rescue_request, device_audit_link, alert
    restart identity cascade`.execute(db);
}
