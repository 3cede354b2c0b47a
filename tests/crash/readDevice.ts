import type { Database } from '@fieldchart/encrypted-sqlite';

/** What a reopened database holds, as far as it is held against what was reported. Plain data: it crosses processes. */
export interface DeviceContent {
  readonly records: readonly {
    readonly key: string;
    readonly resource: string;
    /** The cursor; null where none was ever saved. */
    readonly cursor: number | null;
  }[];
  readonly outbox: readonly {
    readonly id: string;
    readonly key: string;
    readonly state: string;
    readonly body: string | null;
  }[];
  readonly receipts: readonly { readonly id: string; readonly key: string }[];
  /** What SQLite itself finds wrong. */
  readonly damage: readonly string[];
}

export async function readDevice(database: Database): Promise<DeviceContent> {
  return {
    records: await database.all(
      `SELECT r.key, r.resource, p.selection_start AS cursor FROM records r LEFT JOIN positions p ON p.key = r.key
       ORDER BY r.key`,
    ),
    outbox: await database.all('SELECT id, key, state, body FROM outbox ORDER BY sequence'),
    receipts: await database.all('SELECT mutation_id AS id, key FROM receipts ORDER BY sequence'),
    damage: await damageOf(database),
  };
}

/** What SQLite's own checks find; empty where all is well. */
export async function damageOf(database: Database): Promise<readonly string[]> {
  const rows = await database.all('PRAGMA integrity_check');
  const foreign = await database.all('PRAGMA foreign_key_check');
  const said = rows.map((row) => String(row['integrity_check'])).filter((line) => line !== 'ok');
  return [...said, ...foreign.map(() => 'a foreign key points nowhere')];
}
