import { join } from 'node:path';
import Driver from 'better-sqlite3-multiple-ciphers';
import type { OpSqliteOpen, OpSqliteScalar } from '../native/opSqlite.ts';

/**
 * op-sqlite's API over the Node driver: its key form, its ArrayBuffers, its counter that keeps its old value over
 * reads, and its errors that carry SQLite's text but not its result code.
 */
export function createFakeOpSqlite({ cipher = true }: { cipher?: boolean } = {}): { open: OpSqliteOpen } {
  return {
    open({ name, location = '.', encryptionKey, failOnCreate = false, readOnly = false }) {
      const driver = new Driver(join(location, name), {
        timeout: 0,
        fileMustExist: failOnCreate,
        readonly: readOnly,
      });
      if (cipher && encryptionKey !== undefined) {
        const raw = /^x'([0-9a-f]{64})'$/u.exec(encryptionKey)?.[1];
        driver.pragma("cipher='sqlcipher'");
        driver.pragma('legacy=4');
        driver.pragma(
          raw === undefined ? `key='${encryptionKey.replaceAll("'", "''")}'` : `key="raw:${raw}"`,
        );
      }
      let counter = 0;
      const execute = (query: string, params: OpSqliteScalar[]) => {
        if (query === 'PRAGMA cipher_version') {
          return { rowsAffected: counter, rows: cipher ? [{ cipher_version: '4.x fake' }] : [] };
        }
        const statement = told('sqlite query error', () => driver.prepare(query));
        return told('statement execution error', () => {
          if (statement.reader) {
            const rows = statement.all(...params) as Record<string, OpSqliteScalar>[];
            return { rowsAffected: counter, rows: rows.map(withArrayBuffers) };
          }
          const { changes } = statement.run(...params);
          if (/^\s*(?:insert|update|delete|replace)/iu.test(query)) counter = changes;
          return { rowsAffected: counter, rows: [] };
        });
      };
      return {
        async execute(query, params = []) {
          await Promise.resolve(); // op-sqlite answers from its own thread.
          return execute(query, params);
        },
        close: () => driver.close(),
      };
    },
  };
}

function told<Value>(what: string, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    throw new Error(`[op-sqlite] ${what}: ${error instanceof Error ? error.message : ''}`, { cause: error });
  }
}

function withArrayBuffers(row: Record<string, OpSqliteScalar>): Record<string, OpSqliteScalar> {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column,
      Buffer.isBuffer(value) ? new Uint8Array(value).buffer : value,
    ]),
  );
}
