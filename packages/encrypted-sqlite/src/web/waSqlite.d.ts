// The parts of @journeyapps/wa-sqlite that the worker uses; the package types neither its builds nor its examples.
declare module '@journeyapps/wa-sqlite/dist/mc-wa-sqlite.mjs' {
  import type { WaSqliteModule } from '@journeyapps/wa-sqlite/src/examples/AccessHandlePoolVFS.js';
  const createModule: (
    options: { readonly locateFile: (file: string) => string } | { readonly wasmBinary: Uint8Array },
  ) => Promise<WaSqliteModule>;
  export default createModule;
}

declare module '@journeyapps/wa-sqlite/src/FacadeVFS.js' {
  import type { WaSqliteModule } from '@journeyapps/wa-sqlite/src/examples/AccessHandlePoolVFS.js';
  export class FacadeVFS {
    constructor(name: string, module: WaSqliteModule);
    readonly name: string;
    jOpen(fileName: string | null, fileId: number, flags: number, outFlags: DataView): number;
    jClose(fileId: number): number;
    jRead(fileId: number, data: Uint8Array, offset: number): number;
    jWrite(fileId: number, data: Uint8Array, offset: number): number;
    jTruncate(fileId: number, size: number): number;
    jDelete(fileName: string, syncDirectory: number): number;
    jFileSize(fileId: number, size: DataView): number;
    jAccess(fileName: string, flags: number, out: DataView): number;
    jSectorSize(fileId: number): number;
  }
}

/** Workers alone have it; the compiler's library of pages does not. */
declare class FileReaderSync {
  readAsArrayBuffer(blob: Blob): ArrayBuffer;
}

declare module '@journeyapps/wa-sqlite/src/examples/AccessHandlePoolVFS.js' {
  /** Emscripten's module: SQLite's C functions with a leading underscore, and its memory. */
  export interface WaSqliteModule {
    /** Replaced whenever the memory grows: read it anew after every call. */
    readonly HEAPU8: Uint8Array;
    readonly HEAP32: Int32Array;
    ccall(name: string, result: string | null, types: readonly string[], args: readonly unknown[]): number;
    UTF8ToString(address: number): string;
    /** Calls `handler` after each `steps` of SQLite's machine; what is not 0 interrupts the statement. One a module. */
    progress_handler(database: number, steps: number, handler: () => number): void;
    vfs_register(vfs: { readonly name: string }, makeDefault: boolean): number;
    _getSqliteFree(): number;
    _sqlite3_malloc(bytes: number): number;
    _sqlite3_free(address: number): void;
    _sqlite3_open_v2(name: number, database: number, flags: number, vfs: number): number;
    _sqlite3_close_v2(database: number): number;
    _sqlite3_prepare_v2(
      database: number,
      sql: number,
      bytes: number,
      statement: number,
      tail: number,
    ): number;
    _sqlite3_finalize(statement: number): number;
    _sqlite3_reset(statement: number): number;
    _sqlite3_clear_bindings(statement: number): number;
    _sqlite3_step(statement: number): number;
    _sqlite3_stmt_readonly(statement: number): number;
    _sqlite3_bind_parameter_count(statement: number): number;
    _sqlite3_bind_null(statement: number, at: number): number;
    _sqlite3_bind_int(statement: number, at: number, value: number): number;
    _sqlite3_bind_double(statement: number, at: number, value: number): number;
    _sqlite3_bind_text(statement: number, at: number, text: number, bytes: number, free: number): number;
    _sqlite3_bind_blob(statement: number, at: number, blob: number, bytes: number, free: number): number;
    _sqlite3_column_count(statement: number): number;
    _sqlite3_column_name(statement: number, at: number): number;
    _sqlite3_column_type(statement: number, at: number): number;
    _sqlite3_column_double(statement: number, at: number): number;
    _sqlite3_column_text(statement: number, at: number): number;
    _sqlite3_column_blob(statement: number, at: number): number;
    _sqlite3_column_bytes(statement: number, at: number): number;
    _sqlite3_changes(database: number): number;
    _sqlite3_errmsg(database: number): number;
    _sqlite3_extended_errcode(database: number): number;
    _sqlite3_get_autocommit(database: number): number;
  }

  export class AccessHandlePoolVFS {
    constructor(name: string, module: WaSqliteModule);
    readonly name: string;
    isReady(): Promise<boolean>;
    close(): Promise<void>;
    getCapacity(): number;
    addCapacity(files: number): Promise<number>;
    jRead(fileId: number, data: Uint8Array, offset: number): number;
    jWrite(fileId: number, data: Uint8Array, offset: number): number;
    jTruncate(fileId: number, size: number): number;
    jSync(fileId: number, flags: number): number;
  }
}
