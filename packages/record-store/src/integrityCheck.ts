import type { Database } from '@fieldchart/encrypted-sqlite';
import { isCodedError, type Timers } from '@fieldchart/foundation';

/** Milliseconds before the first slice, so that an unlock is not slowed, and between two. */
const FIRST = 20_000;
const BETWEEN = 150;
/** Rows read in one slice: what a keystroke that comes meanwhile waits for. */
const ROWS = 50;
/** Milliseconds from the end of one round to the next. */
const ROUND = 6 * 60 * 60 * 1000;

/**
 * Reads every row of the database in slices, while nobody waits: each page proves itself when it is read, so that damage
 * is found before it is needed. Indexes are not read: what they hold is in the tables. The returned function ends it.
 */
export function startIntegrityCheck(options: {
  readonly database: Database;
  readonly timers: Timers;
  /** At once: a page of this table did not prove itself. */
  readonly onDamage: (table: string) => void;
  /** Every table has been read once more. */
  readonly onRound?: () => void;
}): () => void {
  const { database, timers, onDamage, onRound } = options;
  let cancel = () => {};
  let stopped = false;
  const later = (milliseconds: number, work: () => Promise<void>) => {
    if (stopped) return;
    cancel = timers.after(milliseconds, () => {
      // A storage that does not answer is no finding: the next round looks again.
      work().catch(() => later(ROUND, round));
    });
  };
  const round = async () => {
    const tables = await readTables(database);
    const slice = async (left: readonly Table[], after: number): Promise<void> => {
      const [table, ...others] = left;
      if (table === undefined) {
        onRound?.();
        later(ROUND, round);
        return;
      }
      const last = await readSlice(database, table, after).catch((error: unknown) => {
        if (!isCodedError(error, 'DATABASE_CORRUPT', 'DATABASE_KEY_OR_DAMAGE')) throw error;
        onDamage(table.name);
        return null;
      });
      later(BETWEEN, () => (last === null ? slice(others, 0) : slice(left, last)));
    };
    await slice(tables, 0);
  };
  later(FIRST, round);
  return () => {
    stopped = true;
    cancel();
  };
}

interface Table {
  readonly name: string;
  readonly sql: string;
}

/** Every table that has row ids, with the statement that reads a slice of it without handing its content out. */
async function readTables(database: Database): Promise<readonly Table[]> {
  const tables = await database.all<{ name: string }>(
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
       AND sql NOT LIKE '%WITHOUT ROWID%' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name`,
  );
  const read: Table[] = [];
  for (const { name } of tables) {
    const columns = await database.all<{ name: string }>('SELECT name FROM pragma_table_info(?)', [name]);
    const sizes = columns.map((column) => `coalesce(length("${column.name}"), 0)`).join(' + ');
    read.push({
      name,
      sql: `SELECT max(place) AS last, sum(size) AS size FROM (
              SELECT rowid AS place, ${sizes} AS size FROM "${name}" WHERE rowid > ? ORDER BY rowid LIMIT ${ROWS})`,
    });
  }
  return read;
}

/** The last row that was read; null at the table's end. */
async function readSlice(database: Database, { sql }: Table, after: number): Promise<number | null> {
  const [row] = await database.all<{ last: number | null }>(sql, [after]);
  return row?.last ?? null;
}
