import { CodedError, isCodedError } from '@fieldchart/foundation';
import type { OpenDamaged } from '../damagedDatabase.ts';
import type { Database, DatabaseErrorCode, OpenDatabase, OpenDatabaseOptions } from '../database.ts';
import type { DatabaseEngine } from '../databaseEngine.ts';
import { databaseError } from '../databaseErrors.ts';
import { keptJournalOf } from './keptJournal.ts';
import { checkDatabaseName, checkOpenOptions } from '../openOptions.ts';
import { createQueuedDatabase } from '../queuedDatabase.ts';
import type { WorkerReply, WorkerRequest } from './workerProtocol.ts';

/** The part of a Dedicated Worker that the adapter uses. */
export interface DatabaseWorker {
  onmessage: ((event: MessageEvent) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  postMessage(request: WorkerRequest): void;
  terminate(): void;
}

export interface WebDatabasePlace {
  /** Makes a fresh worker that runs `database.worker.ts`; it is terminated at close. */
  readonly createWorker: () => DatabaseWorker;
  /** Where `mc-wa-sqlite.wasm` is served. */
  readonly wasmUrl: string;
}

const ROOT = 'fieldchart-databases';
const directoryOf = (name: string) => `${ROOT}/${name}`;

/** The web adapter: the port's `OpenDatabase` over the origin's private file system, each database in a worker. */
export function openWebDatabase(place: WebDatabasePlace): OpenDatabase {
  return async (options) => {
    const { key, ...rest } = checkOpenOptions(options);
    return await openInWorker(place, { ...rest, key });
  };
}

/** Opens a damaged database for reading alone, in a worker; the files are not locked and not changed. */
export function openDamagedWebDatabase({ createWorker, wasmUrl }: WebDatabasePlace): OpenDamaged {
  return async ({ name, key, verify }) => {
    checkOpenOptions({ name, key });
    return await startWorker(createWorker(), {
      kind: 'open-damaged',
      directory: directoryOf(name),
      wasmUrl,
      key,
      verify,
    });
  };
}

/** Deletes a closed database with its journals. A missing one is no fault; one that is open is `DATABASE_BUSY`. */
export async function deleteWebDatabase(name: string): Promise<void> {
  checkDatabaseName(name);
  try {
    const root = await navigator.storage.getDirectory();
    const databases = await root.getDirectoryHandle(ROOT, { create: true });
    await databases.removeEntry(keptJournalOf(name)).catch(ignoreMissing);
    await databases.removeEntry(name, { recursive: true });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return;
    if (error instanceof DOMException && error.name === 'NoModificationAllowedError') {
      throw databaseError('DATABASE_BUSY');
    }
    throw databaseError('DATABASE_IO', error instanceof Error ? error.name : undefined);
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error;
}

/** Opens the database in a fresh worker; without a key it is plain SQLite, which only the benchmark asks for. */
export async function openInWorker(
  { createWorker, wasmUrl }: WebDatabasePlace,
  options: Omit<Required<OpenDatabaseOptions>, 'key'> & { readonly key: Uint8Array | null },
): Promise<Database> {
  const { name, ...rest } = options;
  return await startWorker(createWorker(), { kind: 'open', directory: directoryOf(name), wasmUrl, ...rest });
}

async function startWorker(worker: DatabaseWorker, opening: WorkerRequest): Promise<Database> {
  const call = createCalls(worker);
  try {
    await call(opening);
  } catch (error) {
    worker.terminate();
    throw error;
  }
  return createQueuedDatabase(createRemoteEngine(call, () => worker.terminate()));
}

type Call = <Value>(request: WorkerRequest) => Promise<Value>;

/** One call at a time: the queue in front waits for each reply. */
function createCalls(worker: DatabaseWorker): Call {
  let pending: { resolve(value: unknown): void; reject(error: unknown): void } | undefined;
  let dead: CodedError<DatabaseErrorCode> | undefined;
  worker.onmessage = ({ data }) => {
    const reply = data as WorkerReply;
    const waiting = pending;
    pending = undefined;
    if (reply.ok) waiting?.resolve(reply.value);
    else waiting?.reject(new CodedError(reply.code, reply.message));
  };
  // A worker that did not load or died answers nothing more: what waits must not wait for ever.
  worker.onerror = () => {
    dead = databaseError('DATABASE_LOST', 'the database worker failed');
    pending?.reject(dead);
    pending = undefined;
  };
  return <Value>(request: WorkerRequest) =>
    new Promise<Value>((resolve, reject) => {
      if (dead !== undefined) {
        reject(dead);
        return;
      }
      // The protocol pairs each request with its reply's type.
      pending = { resolve: resolve as (value: unknown) => void, reject };
      worker.postMessage(request);
    });
}

function createRemoteEngine(call: Call, terminate: () => void): DatabaseEngine {
  return {
    all: (sql, params) => call({ kind: 'all', sql, params }),
    run: (sql, params) => call({ kind: 'run', sql, params }),
    batch: (statements) => call({ kind: 'batch', statements }),
    begin: () => call({ kind: 'begin' }),
    commit: () => call({ kind: 'commit' }),
    rollback: () => call({ kind: 'rollback' }),
    async close() {
      try {
        await call({ kind: 'close' });
      } catch (error) {
        if (!isCodedError(error)) throw databaseError('DATABASE_IO');
        throw error;
      } finally {
        terminate();
      }
    },
  };
}
