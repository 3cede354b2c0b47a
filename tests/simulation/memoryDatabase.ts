import type { Database, OpenDatabaseOptions, SqlValue } from '@fieldchart/encrypted-sqlite';
import { createDatabaseEngine } from '../../packages/encrypted-sqlite/src/databaseEngine.ts';
import { databaseError } from '../../packages/encrypted-sqlite/src/databaseErrors.ts';
import { openNodeConnection } from '../../packages/encrypted-sqlite/src/node/nodeConnection.ts';
import { checkOpenOptions } from '../../packages/encrypted-sqlite/src/openOptions.ts';
import { createQueuedDatabase } from '../../packages/encrypted-sqlite/src/queuedDatabase.ts';
import type { SqliteConnection } from '../../packages/encrypted-sqlite/src/sqliteConnection.ts';

/** Asked at each commit; what it waits for is the scheduler's. */
export interface CommitGate {
  /** `full`: the commit fails as on a full disk. */
  before(): Promise<'go' | 'full'>;
  after(): Promise<void>;
}

/** Looks at, or changes, the statements on their way: how seeded bugs get between the store and its database. */
export type StatementFilter = (connection: SqliteConnection) => SqliteConnection;

/**
 * What outlives a process: the committed content of one database. The adapter's own engine and queue run over SQLite
 * in memory, which is synchronous, so that nothing but the gate decides when a commit takes place.
 */
export interface MemoryDisk {
  /** One owner at a time: rejects `DATABASE_BUSY` while another has it open. */
  open(gate?: CommitGate, filter?: StatementFilter): Promise<Database>;
  /** The owner dies: what it had not committed is gone, and nothing that it still does reaches the disk. */
  kill(): void;
  /** Rows as they are committed, past the owner. */
  read(sql: string, params?: readonly SqlValue[]): readonly Readonly<Record<string, SqlValue>>[];
  /** Another disk of the same content. */
  copy(): MemoryDisk;
  /** Gives the memory back. */
  discard(): void;
}

const openGate: CommitGate = { before: () => Promise.resolve('go'), after: () => Promise.resolve() };

export function createMemoryDisk(): MemoryDisk {
  const driver = openNodeConnection(':memory:', undefined) as SynchronousConnection;
  driver.all('PRAGMA foreign_keys = ON', []);
  driver.all('PRAGMA temp_store = MEMORY', []);
  driver.all('PRAGMA secure_delete = ON', []);
  let owner: object | undefined;

  const disk: MemoryDisk = {
    open(gate = openGate, filter = (connection) => connection) {
      if (owner !== undefined) return Promise.reject(databaseError('DATABASE_BUSY'));
      const self = {};
      owner = self;
      const alive = () => owner === self;
      const guarded = guard({
        driver,
        gate,
        alive,
        release: () => {
          if (alive()) owner = undefined;
        },
      });
      return Promise.resolve(createQueuedDatabase(createDatabaseEngine(filter(guarded))));
    },
    kill() {
      if (owner !== undefined && driver.inTransaction()) driver.run('ROLLBACK', []);
      owner = undefined;
    },
    read: (sql, params = []) => driver.all(sql, params),
    copy() {
      const other = createMemoryDisk() as MemoryDisk & { readonly [DRIVER]: SynchronousConnection };
      copyContent(driver, other[DRIVER]);
      return other;
    },
    discard: () => driver.close(),
  };
  return Object.assign(disk, { [DRIVER]: driver });
}

/** The port's `OpenDatabase` over disks in memory, by name, for its contract suite. Keys are checked and not used. */
export function openMemoryDatabase(): (options: OpenDatabaseOptions) => Promise<Database> {
  const disks = new Map<string, MemoryDisk>();
  return async (options) => {
    const { name } = checkOpenOptions(options);
    const disk = disks.get(name) ?? createMemoryDisk();
    disks.set(name, disk);
    return await disk.open();
  };
}

const DRIVER = Symbol('driver');

/** The Node adapter's driver answers at once. */
interface SynchronousConnection {
  run(sql: string, params: readonly SqlValue[]): { readonly changes: number };
  all(sql: string, params: readonly SqlValue[]): readonly Readonly<Record<string, SqlValue>>[];
  inTransaction(): boolean;
  close(): void;
}

interface Guarded {
  readonly driver: SynchronousConnection;
  readonly gate: CommitGate;
  readonly alive: () => boolean;
  readonly release: () => void;
}

function guard({ driver, gate, alive, release }: Guarded): SqliteConnection {
  /** To the dead nothing is answered any more. */
  const forAlive = <Value>(work: () => Value): Value | Promise<Value> =>
    alive() ? work() : new Promise<Value>(() => {});
  return {
    run(sql, params) {
      return sql === 'COMMIT' ? commit() : forAlive(() => driver.run(sql, params));
    },
    all: (sql, params) => forAlive(() => driver.all(sql, params)),
    inTransaction: () => forAlive(() => driver.inTransaction()),
    close: () => forAlive(release),
  };

  async function commit() {
    const verdict = await forAlive(() => gate.before());
    await forAlive(() => undefined);
    if (verdict === 'full') throw databaseError('DATABASE_FULL', 'simulated');
    const result = driver.run('COMMIT', []);
    await gate.after();
    return await forAlive(() => result);
  }
}

function copyContent(from: SynchronousConnection, to: SynchronousConnection): void {
  const [version] = from.all('PRAGMA user_version', []);
  const parts = from.all(
    `SELECT name, type, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'
     ORDER BY type = 'index'`,
    [],
  );
  // A full-text index makes its own tables, and rows put into them by others mean nothing to it.
  const indexes = parts
    .filter(({ sql }) => String(sql).startsWith('CREATE VIRTUAL'))
    .map(({ name }) => String(name));
  const ofIndex = (name: string) => indexes.some((index) => name.startsWith(`${index}_`));
  for (const index of indexes) {
    const [row] = from.all(`SELECT count(*) AS count FROM ${index}_docsize`, []);
    if (row?.['count'] !== 0) throw new Error(`The index ${index} is not empty: it cannot be copied`);
  }
  for (const { name, sql } of parts) if (!ofIndex(String(name))) to.run(String(sql), []);
  const tables = parts
    .filter(({ type, name }) => type === 'table' && !ofIndex(String(name)) && !indexes.includes(String(name)))
    .map(({ name }) => String(name));
  for (const table of [...tables, 'sqlite_sequence']) {
    to.run(`DELETE FROM ${table}`, []);
    for (const row of from.all(`SELECT * FROM ${table}`, [])) {
      const names = Object.keys(row);
      const marks = names.map(() => '?').join(', ');
      to.run(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${marks})`, Object.values(row));
    }
  }
  to.all(`PRAGMA user_version = ${String(version?.['user_version'] ?? 0)}`, []);
}
