import type { DatabaseErrorCode, Row, RunResult, SqlValue, Statement } from '../database.ts';

/** What the page asks of the worker: one message per call, answered by one message, never two under way. */
export type WorkerRequest =
  | {
      readonly kind: 'open';
      readonly directory: string;
      readonly wasmUrl: string;
      /**
       * The raw key, or `null` for the benchmark's unencrypted baseline. As bytes, which the page can wipe: the text that
       * SQLite wants is made in the worker, and ends with it.
       */
      readonly key: Uint8Array | null;
      readonly existing: boolean;
      readonly acceptLostJournal: boolean;
      readonly newestVersion: number;
    }
  | {
      /** Opens a damaged database for reading alone; answered by `all` and `close`. */
      readonly kind: 'open-damaged';
      readonly directory: string;
      readonly wasmUrl: string;
      readonly key: Uint8Array;
      readonly verify: boolean;
    }
  | { readonly kind: 'all' | 'run'; readonly sql: string; readonly params: readonly SqlValue[] }
  | { readonly kind: 'batch'; readonly statements: readonly Statement[] }
  | { readonly kind: 'begin' | 'commit' | 'rollback' | 'close' };

export type WorkerReply =
  | { readonly ok: true; readonly value: readonly Row[] | RunResult | readonly RunResult[] | null }
  | { readonly ok: false; readonly code: DatabaseErrorCode; readonly message: string };

/** What the worker says: its one answer, and until then that it is at work. */
export type WorkerMessage = WorkerReply | { readonly alive: true };
