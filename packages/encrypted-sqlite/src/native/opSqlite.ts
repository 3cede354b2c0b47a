import type { SqlValue } from '../database.ts';

/** The part of @op-engineering/op-sqlite that the adapter uses; its `open` fits as it is. */
export type OpSqliteOpen = (options: {
  name: string;
  location?: string;
  encryptionKey?: string;
  failOnCreate?: boolean;
  readOnly?: boolean;
}) => OpSqliteDatabase;

export interface OpSqliteDatabase {
  execute(query: string, params?: OpSqliteScalar[]): Promise<OpSqliteResult>;
  close(): void;
}

export type OpSqliteScalar = string | number | boolean | null | ArrayBuffer | ArrayBufferView;

export interface OpSqliteResult {
  readonly rowsAffected: number;
  readonly rows: readonly Record<string, OpSqliteScalar>[];
}

/** Blobs come as ArrayBuffers; the port promises plain bytes. */
export function valueOfScalar(scalar: OpSqliteScalar): SqlValue {
  if (scalar === null || typeof scalar === 'string' || typeof scalar === 'number') return scalar;
  if (typeof scalar === 'boolean') return scalar ? 1 : 0;
  if (scalar instanceof ArrayBuffer) return new Uint8Array(scalar);
  return new Uint8Array(scalar.buffer, scalar.byteOffset, scalar.byteLength);
}
