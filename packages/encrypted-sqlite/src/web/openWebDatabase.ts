import { type Timers, isCodedError } from '@fieldchart/foundation';
import type { OpenDamaged } from '../damagedDatabase.ts';
import type { Database, OpenDatabase, OpenDatabaseOptions } from '../database.ts';
import type { DatabaseEngine } from '../databaseEngine.ts';
import { databaseError } from '../databaseErrors.ts';
import { keptJournalOf } from './keptJournal.ts';
import { checkDatabaseName, checkOpenOptions } from '../openOptions.ts';
import { createQueuedDatabase } from '../queuedDatabase.ts';
import { type DatabaseWorker, type WorkerCalls, createWorkerCalls } from './workerCalls.ts';
import type { WorkerRequest } from './workerProtocol.ts';

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
export function openDamagedWebDatabase(place: WebDatabasePlace): OpenDamaged {
  return async ({ name, key, verify }) => {
    checkOpenOptions({ name, key });
    return await startWorker(place, {
      kind: 'open-damaged',
      directory: directoryOf(name),
      wasmUrl: place.wasmUrl,
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
  place: WebDatabasePlace,
  options: Omit<Required<OpenDatabaseOptions>, 'key'> & { readonly key: Uint8Array | null },
): Promise<Database> {
  const { name, ...rest } = options;
  const { wasmUrl } = place;
  return await startWorker(place, { kind: 'open', directory: directoryOf(name), wasmUrl, ...rest });
}

const pageTimers: Timers = {
  after(milliseconds, task) {
    const id = setTimeout(task, milliseconds);
    return () => clearTimeout(id);
  },
};

async function startWorker({ createWorker }: WebDatabasePlace, opening: WorkerRequest): Promise<Database> {
  const calls = createWorkerCalls(createWorker(), pageTimers);
  try {
    await calls.call(opening);
  } catch (error) {
    calls.end();
    throw error;
  }
  return createQueuedDatabase(createRemoteEngine(calls));
}

function createRemoteEngine({ call, end }: WorkerCalls): DatabaseEngine {
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
        end();
      }
    },
  };
}
