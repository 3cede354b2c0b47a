import type { DamagedDatabase, Row } from '@fieldchart/encrypted-sqlite';
import { isCodedError } from '@fieldchart/foundation';

export interface SalvagedRow<Columns> {
  readonly columns: Columns;
  readonly unproven: boolean;
}

/** Rows that a page of 4,096 bytes holds at most, of the tables that are read here. */
const ROWS_A_PAGE = 64;
/** Failed reads of one table after which what is left of it is given up: a damaged root would fail for every row. */
const PATIENCE = 20_000;

/** A table read row by row around its damage, in the order of its row ids. */
export async function readTable<Columns extends Row>(
  readers: { readonly proving: DamagedDatabase | null; readonly lenient: DamagedDatabase | null },
  table: string,
  columns: string,
): Promise<{ readonly rows: readonly SalvagedRow<Columns>[]; readonly unreadable: number }> {
  const sql = `SELECT rowid AS place, ${columns} FROM ${table} WHERE rowid BETWEEN ? AND ? ORDER BY rowid`;
  const found = new Map<number, SalvagedRow<Columns>>();
  let left: readonly Range[] = [[1, await highestPlace(readers, table)]];
  for (const [reader, unproven] of [
    [readers.proving, false],
    [readers.lenient, true],
  ] as const) {
    if (reader === null) continue;
    const failed: Range[] = [];
    const budget = { left: PATIENCE };
    for (const range of left) {
      const rows = await readRange<Columns & { place: number }>(reader, sql, range, failed, budget);
      for (const { place, ...rest } of rows) {
        found.set(place, { columns: rest as unknown as Columns, unproven });
      }
    }
    left = failed;
  }
  const places = [...found.keys()].toSorted((a, b) => a - b);
  return {
    rows: places.flatMap((place) => found.get(place) ?? []),
    unreadable: left.reduce((sum, [from, to]) => sum + to - from + 1, 0),
  };
}

type Range = readonly [from: number, to: number];

/** Halves a range until its damage stands alone. */
async function readRange<R extends Row>(
  reader: DamagedDatabase,
  sql: string,
  [from, to]: Range,
  failed: Range[],
  budget: { left: number },
): Promise<readonly R[]> {
  if (from > to) return [];
  try {
    return await reader.all<R>(sql, [from, to]);
  } catch (error) {
    if (!isDamage(error)) throw error;
    budget.left -= 1;
    if (from === to || budget.left <= 0) {
      failed.push([from, to]);
      return [];
    }
    const middle = Math.floor((from + to) / 2);
    const first = await readRange<R>(reader, sql, [from, middle], failed, budget);
    return [...first, ...(await readRange<R>(reader, sql, [middle + 1, to], failed, budget))];
  }
}

/** The last row's place; where its page is damaged, a bound that no row lies beyond. */
async function highestPlace(
  {
    proving,
    lenient,
  }: { readonly proving: DamagedDatabase | null; readonly lenient: DamagedDatabase | null },
  table: string,
): Promise<number> {
  for (const reader of [proving, lenient]) {
    if (reader === null) continue;
    try {
      const [row] = await reader.all<{ last: number | null }>(`SELECT max(rowid) AS last FROM ${table}`);
      return row?.last ?? 0;
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
  }
  const [pages] = (await (lenient ?? proving)?.all('PRAGMA page_count').catch(() => [])) ?? [];
  return Number(pages?.['page_count'] ?? 0) * ROWS_A_PAGE;
}

/** DATABASE_SQL too: a schema that is damaged has no such table. */
function isDamage(error: unknown): boolean {
  return isCodedError(error, 'DATABASE_CORRUPT', 'DATABASE_KEY_OR_DAMAGE', 'DATABASE_SQL', 'DATABASE_IO');
}
