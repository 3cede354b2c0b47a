// The driver's package has types that its `exports` do not lead to. This is the part that the adapter uses.
declare module 'better-sqlite3-multiple-ciphers' {
  interface Statement {
    readonly reader: boolean;
    readonly readonly: boolean;
    run(...params: unknown[]): { readonly changes: number };
    all(...params: unknown[]): unknown[];
  }
  class SqliteError extends Error {
    code: string;
  }
  class Database {
    static readonly SqliteError: typeof SqliteError;
    constructor(path: string, options?: { timeout?: number; fileMustExist?: boolean; readonly?: boolean });
    readonly inTransaction: boolean;
    prepare(sql: string): Statement;
    pragma(source: string): unknown;
    unsafeMode(): void;
    close(): void;
  }
  export default Database;
  export type { Statement };
}
