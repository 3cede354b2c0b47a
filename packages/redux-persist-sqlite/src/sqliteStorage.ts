import { joinSlices, splitSlices } from './slices.ts';
import type { SqliteBinding, SqliteStatement } from './sqliteBinding.ts';
import { SqliteStorageError } from './sqliteStorageError.ts';
import type { StateCipher } from './stateCipher.ts';

export interface SqliteStorageOptions {
  readonly database: SqliteBinding;
  /** Letters, digits and `_`; made at first use. By default `redux_persist`. */
  readonly tableName?: string;
  /** Seals every slice before it is stored. While it is locked, reads wait and writes reject `STORAGE_LOCKED`. */
  readonly cipher?: StateCipher;
  /**
   * The table of an earlier storage with the columns `key` and `value`, such as the `store` of
   * redux-persist-sqlite-storage: what is not found in ours is read there, of duplicate keys the newest. It is left as it
   * is, but for what is removed.
   */
  readonly legacyTable?: string;
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

/**
 * Puts a redux-persist storage engine into a table of a SQLite database. Each slice of the state is a row: a write
 * touches the slices that changed, in one transaction.
 */
export function createSqliteStorage(options: SqliteStorageOptions): SqliteStorage {
  const { database, cipher } = options;
  const table = quotedTable(options.tableName ?? 'redux_persist');
  const legacy = options.legacyTable === undefined ? undefined : quotedTable(options.legacyTable);
  const turns = createTurns();
  const latched = new Set<string>();
  const reading = new Map<string, Promise<string | null>>();
  /** The slices of each key as they were last committed or read, in the clear. */
  const known = new Map<string, ReadonlyMap<string, string>>();
  let ready: Promise<unknown> | undefined;

  const prepared = async () => {
    ready ??= database.batch([
      {
        sql: `CREATE TABLE IF NOT EXISTS ${table} (
          key TEXT NOT NULL, slice TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (key, slice))`,
      },
    ]);
    try {
      await ready;
    } catch (error) {
      ready = undefined; // The next call tries again: a storage that was full may have room by then.
      throw error;
    }
  };
  const legacyExists = async (): Promise<boolean> => {
    if (options.legacyTable === undefined) return false;
    const found = await database.all("SELECT name FROM sqlite_master WHERE type = 'table' AND name = ?", [
      options.legacyTable,
    ]);
    return found.length > 0;
  };
  const readLegacy = async (key: string): Promise<string | null> => {
    if (legacy === undefined || !(await legacyExists())) return null;
    const [row] = await database.all(
      `SELECT value FROM ${legacy} WHERE key = ? ORDER BY rowid DESC LIMIT 1`,
      [key],
    );
    return row === undefined ? null : textOf(row['value']);
  };
  const read = async (key: string): Promise<string | null> => {
    try {
      await prepared();
      const rows = await database.all(`SELECT slice, value FROM ${table} WHERE key = ? ORDER BY rowid`, [
        key,
      ]);
      if (rows.length === 0) return await readLegacy(key);
      const slices = new Map<string, string>();
      for (const row of rows) {
        const slice = textOf(row['slice']);
        const value = textOf(row['value']);
        slices.set(slice, cipher === undefined ? value : await cipher.open(value, placeOf(key, slice)));
      }
      known.set(key, slices);
      return joinSlices(slices);
    } catch (error) {
      latched.add(key);
      throw error;
    }
  };
  const upserts = async (
    key: string,
    slices: ReadonlyMap<string, string>,
    before: ReadonlyMap<string, string>,
  ) => {
    const statements: SqliteStatement[] = [];
    for (const [slice, text] of slices) {
      if (before.get(slice) === text) continue;
      const value = cipher === undefined ? text : await cipher.seal(text, placeOf(key, slice));
      statements.push({
        sql: `INSERT INTO ${table} (key, slice, value) VALUES (?, ?, ?)
              ON CONFLICT (key, slice) DO UPDATE SET value = excluded.value`,
        params: [key, slice, value],
      });
    }
    return statements;
  };
  const write = async (key: string, value: string): Promise<void> => {
    const before = known.get(key);
    const slices = splitSlices(value);
    const removed: SqliteStatement[] =
      before === undefined
        ? [{ sql: `DELETE FROM ${table} WHERE key = ?`, params: [key] }]
        : [...before.keys()]
            .filter((slice) => !slices.has(slice))
            .map((slice) => ({
              sql: `DELETE FROM ${table} WHERE key = ? AND slice = ?`,
              params: [key, slice],
            }));
    const statements = [...removed, ...(await upserts(key, slices, before ?? new Map<string, string>()))];
    if (statements.length === 0) return;
    known.delete(key);
    await database.batch(statements);
    known.set(key, slices);
  };
  const remove = async (key: string): Promise<void> => {
    known.delete(key);
    const statements = [{ sql: `DELETE FROM ${table} WHERE key = ?`, params: [key] }];
    if (legacy !== undefined && (await legacyExists())) {
      statements.push({ sql: `DELETE FROM ${legacy} WHERE key = ?`, params: [key] });
    }
    await database.batch(statements);
  };
  /** Does `work` in its turn, unless it would change what nobody has read. */
  const change = (key: string, work: () => Promise<void>): Promise<void> => {
    // redux-persist gives up on a slow read after five seconds and writes its initial state instead. A write that
    // comes while the key's read is under way therefore cannot know what it replaces.
    const blind = reading.get(key);
    if (cipher?.locked() === true) return Promise.reject(new SqliteStorageError('STORAGE_LOCKED'));
    return turns.take(async () => {
      if (blind !== undefined && (await blind.catch(() => null)) !== null) latched.add(key);
      if (latched.has(key)) throw new SqliteStorageError('STORAGE_READ_ONLY');
      await prepared();
      await work();
    });
  };

  return {
    getItem(key, done) {
      // Waiting for the key takes nobody's turn: writes are refused meanwhile, and do not wait behind it.
      const unlocked = cipher?.unlocked() ?? Promise.resolve();
      const turn = unlocked.then(() => turns.take(() => read(key)));
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
      return tell(
        change(key, () => write(key, value)),
        done,
      );
    },
    removeItem: (key, done) =>
      tell(
        change(key, () => remove(key)),
        done,
      ),
    getAllKeys: (done) =>
      tell(
        turns.take(async () => {
          await prepared();
          const older =
            legacy !== undefined && (await legacyExists()) ? ` UNION SELECT key FROM ${legacy}` : '';
          const rows = await database.all(`SELECT key FROM ${table}${older} ORDER BY key`);
          return [...new Set(rows.map((row) => String(row['key'])))];
        }),
        done,
      ),
    release(key) {
      latched.delete(key);
      reading.delete(key);
    },
  };
}

/** What a sealed slice is bound to. No key or slice can imitate another pair: JSON quotes. */
function placeOf(key: string, slice: string): string {
  return JSON.stringify([key, slice]);
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new SqliteStorageError('STORAGE_UNREADABLE');
  return value;
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
