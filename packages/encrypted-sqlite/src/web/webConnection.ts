import type { WaSqliteModule } from '@journeyapps/wa-sqlite/src/examples/AccessHandlePoolVFS.js';
import type { SqlValue } from '../database.ts';
import { type DatabaseError, databaseError, errorOfSqliteResult } from '../databaseErrors.ts';
import { createStatementCache } from '../statementCache.ts';
import { type SqliteConnection, changesOf } from '../sqliteConnection.ts';

const [OK, ROW, DONE] = [0, 100, 101];
const [INTEGER, FLOAT, TEXT, BLOB] = [1, 2, 3, 4];
const OPEN_READWRITE_CREATE = 0x2 | 0x4;
/** Steps of SQLite's machine between two signs that a statement computes: a few milliseconds. */
const STEPS = 100_000;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * A connection straight on SQLite's C functions. Each is synchronous in this build, so a statement costs no
 * promise; texts go by length, where the library's own wrapper would cut them at the first NUL.
 */
export function openWebConnection(
  module: WaSqliteModule,
  options: {
    fileName: string;
    vfsName: string;
    keyHex: string | undefined;
    verify?: boolean;
    /** Called every so often while a statement computes, whether or not it touches a file. */
    onWork?: (() => void) | undefined;
  },
): SqliteConnection {
  const { fileName, vfsName, keyHex, verify = true, onWork } = options;
  const database = openHandle(module, fileName, vfsName);
  if (onWork !== undefined) {
    const goOn = 0;
    module.progress_handler(database, STEPS, () => {
      onWork();
      return goOn;
    });
  }
  const fault = (stage: 'compile' | 'execute'): DatabaseError =>
    errorOfSqliteResult(
      module._sqlite3_extended_errcode(database),
      module.UTF8ToString(module._sqlite3_errmsg(database)),
      stage,
    );
  const statements = createStatementCache<number>({
    prepare(sql) {
      const { statement, tail } = compile(module, database, sql);
      if (statement === undefined) throw fault('compile');
      if (statement === 0) throw databaseError('DATABASE_SQL', 'no statement');
      if (tail.trim() !== '') {
        module._sqlite3_finalize(statement);
        throw databaseError('DATABASE_SQL', 'several statements in one text');
      }
      return statement;
    },
    discard: (statement) => module._sqlite3_finalize(statement),
  });
  const execute = (sql: string, params: readonly SqlValue[], onRow: (statement: number) => void) => {
    const statement = statements.get(sql);
    if (params.length !== module._sqlite3_bind_parameter_count(statement)) {
      throw databaseError('DATABASE_SQL', 'wrong parameters');
    }
    try {
      for (const [at, value] of params.entries()) bind(module, statement, at + 1, value);
      let result = module._sqlite3_step(statement);
      for (; result === ROW; result = module._sqlite3_step(statement)) onRow(statement);
      if (result !== DONE) throw fault('execute');
    } finally {
      module._sqlite3_reset(statement);
      module._sqlite3_clear_bindings(statement);
    }
    return statement;
  };
  const connection: SqliteConnection = {
    run(sql, params) {
      const statement = execute(sql, params, () => {});
      if (module._sqlite3_stmt_readonly(statement) !== 0) return { changes: 0 };
      return { changes: changesOf(sql, module._sqlite3_changes(database)) };
    },
    all(sql, params) {
      const rows: Record<string, SqlValue>[] = [];
      // Named anew at each run: SQLite compiles a statement again by itself after the schema changed.
      let columns: readonly string[] | undefined;
      execute(sql, params, (statement) => {
        columns ??= columnNames(module, statement);
        const row: Record<string, SqlValue> = {};
        for (const [at, name] of columns.entries()) row[name] = columnOf(module, statement, at);
        rows.push(row);
      });
      return rows;
    },
    inTransaction: () => module._sqlite3_get_autocommit(database) === 0,
    close() {
      statements.clear();
      if (module._sqlite3_close_v2(database) !== OK)
        throw databaseError('DATABASE_IO', 'the file did not close');
    },
  };
  if (keyHex !== undefined) {
    // In SQLite3MultipleCiphers only the form `raw:HEX` is a key; every other form becomes a passphrase.
    const cipher = ["PRAGMA cipher = 'sqlcipher'", 'PRAGMA legacy = 4'];
    if (!verify) cipher.push('PRAGMA hmac_check = 0');
    for (const sql of [...cipher, `PRAGMA key = "raw:${keyHex}"`]) {
      execute(sql, [], () => {});
    }
    statements.clear(); // The text of the last one holds the key.
  }
  return connection;
}

function openHandle(module: WaSqliteModule, fileName: string, vfsName: string): number {
  const [name, vfs, out] = [cString(module, fileName), cString(module, vfsName), module._sqlite3_malloc(4)];
  try {
    const result = module._sqlite3_open_v2(name, out, OPEN_READWRITE_CREATE, vfs);
    const database = module.HEAP32[out >> 2] ?? 0;
    if (result === OK) return database;
    module._sqlite3_close_v2(database);
    throw errorOfSqliteResult(result, '', 'execute');
  } finally {
    for (const address of [name, vfs, out]) module._sqlite3_free(address);
  }
}

function compile(
  module: WaSqliteModule,
  database: number,
  sql: string,
): { statement?: number; tail: string } {
  const [text, out] = [cString(module, sql), module._sqlite3_malloc(8)];
  try {
    const result = module._sqlite3_prepare_v2(database, text, -1, out, out + 4);
    if (result !== OK) return { tail: '' };
    const statement = module.HEAP32[out >> 2] ?? 0;
    return { statement, tail: module.UTF8ToString(module.HEAP32[(out + 4) >> 2] ?? 0) };
  } finally {
    module._sqlite3_free(text);
    module._sqlite3_free(out);
  }
}

function cString(module: WaSqliteModule, text: string): number {
  return copyIn(module, encoder.encode(`${text}\0`));
}

function copyIn(module: WaSqliteModule, bytes: Uint8Array): number {
  // SQLite answers 0 to a malloc of 0, and a blob at address 0 would be NULL.
  const address = module._sqlite3_malloc(Math.max(bytes.length, 1));
  if (address === 0) throw databaseError('DATABASE_IO', 'out of memory');
  module.HEAPU8.set(bytes, address);
  return address;
}

function bind(module: WaSqliteModule, statement: number, at: number, value: SqlValue): void {
  const result = (() => {
    if (value === null) return module._sqlite3_bind_null(statement, at);
    if (typeof value === 'number') {
      return value === (value | 0) && !Object.is(value, -0)
        ? module._sqlite3_bind_int(statement, at, value)
        : module._sqlite3_bind_double(statement, at, value);
    }
    const bytes = typeof value === 'string' ? encoder.encode(value) : value;
    const [address, free] = [copyIn(module, bytes), module._getSqliteFree()];
    return typeof value === 'string'
      ? module._sqlite3_bind_text(statement, at, address, bytes.length, free)
      : module._sqlite3_bind_blob(statement, at, address, bytes.length, free);
  })();
  if (result !== OK) throw errorOfSqliteResult(result, '', 'execute');
}

function columnNames(module: WaSqliteModule, statement: number): readonly string[] {
  return Array.from({ length: module._sqlite3_column_count(statement) }, (_, at) =>
    module.UTF8ToString(module._sqlite3_column_name(statement, at)),
  );
}

function columnOf(module: WaSqliteModule, statement: number, at: number): SqlValue {
  switch (module._sqlite3_column_type(statement, at)) {
    case INTEGER:
    case FLOAT:
      return module._sqlite3_column_double(statement, at);
    case TEXT: {
      const address = module._sqlite3_column_text(statement, at);
      return decoder.decode(bytesAt(module, address, module._sqlite3_column_bytes(statement, at)));
    }
    case BLOB: {
      const address = module._sqlite3_column_blob(statement, at);
      return bytesAt(module, address, module._sqlite3_column_bytes(statement, at)).slice();
    }
    default:
      return null;
  }
}

function bytesAt(module: WaSqliteModule, address: number, length: number): Uint8Array {
  return module.HEAPU8.subarray(address, address + length);
}
