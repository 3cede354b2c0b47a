/**
 * The part of a SQLite library that the storage needs. Fieldchart's own `Database` fits as it is; for others there
 * are ready shapes (`fromOpSqlite`, `fromExpoSqlite`, `fromBetterSqlite3`, `fromNodeSqlite`, `fromCallbackSqlite`).
 */
export interface SqliteBinding {
  all(sql: string, params?: readonly string[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Runs the statements in one transaction and resolves after its COMMIT; rejects, with nothing changed, otherwise. */
  batch(statements: readonly SqliteStatement[]): Promise<unknown>;
}

export interface SqliteStatement {
  readonly sql: string;
  readonly params?: readonly string[];
}
