import { SqliteStorageError } from './sqliteStorageError.ts';

/** The part of a SQLite binding that the storage needs. Fieldchart's `Database` fits as it is. */
export interface SqliteBinding {
  all(sql: string, params?: readonly string[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Runs the statements in one transaction and resolves after its durable COMMIT. */
  batch(
    statements: readonly { readonly sql: string; readonly params?: readonly string[] }[],
  ): Promise<unknown>;
}

export interface SqliteStorageOptions {
  readonly database: SqliteBinding;
  /** Letters, digits and `_`; made at first use. By default `redux_persist`. */
  readonly tableName?: string;
}

type Done = (error?: unknown) => void;

/**
 * A storage engine for redux-persist 6 (promises) and 4 (callbacks): every method returns a promise and, where
 * one is given, calls the callback.
 */
export interface SqliteStorage {
  /** The stored text, or `null` at once where there is none. Rejects, and latches the key, when it cannot be read. */
  getItem(key: string, done?: (error: unknown, value?: string | null) => void): Promise<string | null>;
  /** Resolves after COMMIT. The last call wins. Rejects with `STORAGE_READ_ONLY` while the key is latched. */
  setItem(key: string, value: string, done?: Done): Promise<void>;
  removeItem(key: string, done?: Done): Promise<void>;
  getAllKeys(done?: (error: unknown, keys?: string[]) => void): Promise<string[]>;
  /**
   * The caller has decided what becomes of a key whose value could not be read: it may be read again, and be
   * written over. Until then its stored bytes stay as they are.
   */
  release(key: string): void;
}

/** Puts a redux-persist storage engine into a table of a SQLite database. */
export function createSqliteStorage({ database, tableName }: SqliteStorageOptions): SqliteStorage {
  const table = quotedTable(tableName ?? 'redux_persist');
  const turns = createTurns();
  const latched = new Set<string>();
  const reading = new Map<string, Promise<string | null>>();
  let ready: Promise<unknown> | undefined;

  const prepared = async () => {
    ready ??= database.batch([
      { sql: `CREATE TABLE IF NOT EXISTS ${table} (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL)` },
    ]);
    try {
      await ready;
    } catch (error) {
      ready = undefined; // The next call tries again: a storage that was full may have room by then.
      throw error;
    }
  };
  const read = async (key: string): Promise<string | null> => {
    try {
      await prepared();
      const [row] = await database.all(`SELECT value FROM ${table} WHERE key = ?`, [key]);
      if (row === undefined) return null;
      const value = row['value'];
      if (typeof value !== 'string') throw new SqliteStorageError('STORAGE_UNREADABLE');
      return value;
    } catch (error) {
      latched.add(key);
      throw error;
    }
  };
  const write = (key: string, statement: { sql: string; params: readonly string[] }): Promise<void> => {
    // redux-persist gives up on a slow read after five seconds and writes its initial state instead. A write that
    // comes while the key's read is under way therefore cannot know what it replaces.
    const blind = reading.get(key);
    return turns.take(async () => {
      if (blind !== undefined && (await blind.catch(() => null)) !== null) latched.add(key);
      if (latched.has(key)) throw new SqliteStorageError('STORAGE_READ_ONLY');
      await prepared();
      await database.batch([statement]);
    });
  };

  return {
    getItem(key, done) {
      const turn = turns.take(() => read(key));
      reading.set(key, turn);
      const settled = () => {
        if (reading.get(key) === turn) reading.delete(key);
      };
      turn.then(settled, settled);
      return tell(turn, done);
    },
    setItem(key, value, done) {
      if (typeof value !== 'string') {
        return tell(Promise.reject<void>(new SqliteStorageError('STORAGE_VALUE_REFUSED')), done);
      }
      const sql = `INSERT INTO ${table} (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`;
      return tell(write(key, { sql, params: [key, value] }), done);
    },
    removeItem: (key, done) =>
      tell(write(key, { sql: `DELETE FROM ${table} WHERE key = ?`, params: [key] }), done),
    getAllKeys: (done) =>
      tell(
        turns.take(async () => {
          await prepared();
          const rows = await database.all(`SELECT key FROM ${table} ORDER BY key`);
          return rows.map((row) => String(row['key']));
        }),
        done,
      ),
    release(key) {
      latched.delete(key);
      reading.delete(key);
    },
  };
}

function quotedTable(name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/u.test(name)) throw new SqliteStorageError('STORAGE_TABLE_REFUSED');
  return `"${name}"`;
}

/** Serves both styles. A caller with a callback may drop the promise, which is then no unhandled rejection. */
function tell<Value>(
  outcome: Promise<Value>,
  done: ((error: unknown, value?: Value) => void) | undefined,
): Promise<Value> {
  if (done !== undefined) {
    // What the callback itself throws stays an unhandled rejection, for its author to see.
    call(outcome, done).catch((error: unknown) => {
      throw error;
    });
  }
  return outcome;
}

async function call<Value>(
  outcome: Promise<Value>,
  done: (error: unknown, value?: Value) => void,
): Promise<void> {
  let value: Value;
  try {
    value = await outcome;
  } catch (error) {
    done(error);
    return;
  }
  done(null, value);
}

/** Runs asynchronous pieces of work one after the other, in the order in which they were handed in. */
function createTurns(): { take<Value>(work: () => Promise<Value>): Promise<Value> } {
  let last: Promise<unknown> = Promise.resolve();
  return {
    take(work) {
      const turn = last.then(work);
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}
