import createModule from '@journeyapps/wa-sqlite/dist/mc-wa-sqlite.mjs';
import { CodedError, isCodedError } from '@fieldchart/foundation';
import type { DatabaseErrorCode } from '../database.ts';
import type { DatabaseEngine } from '../databaseEngine.ts';
import { databaseError } from '../databaseErrors.ts';
import { openDamagedWebEngine, openWebEngine } from './openWebEngine.ts';
import type { WorkerMessage, WorkerReply, WorkerRequest } from './workerProtocol.ts';

/** Serves one database to the page that made this worker. */
export function serveDatabase(scope: {
  onmessage: ((event: MessageEvent<WorkerRequest>) => void) | null;
  postMessage(message: WorkerMessage): void;
}): void {
  let engine: DatabaseEngine | undefined;
  const alive = createSignsOfLife(() => scope.postMessage({ alive: true }));
  const answer = async (request: WorkerRequest): Promise<(WorkerReply & { ok: true })['value']> => {
    if (request.kind === 'open') {
      engine = await alive.whileWaiting(async () =>
        openWebEngine(await loadSqlite(request), request, alive.atWork),
      );
      return null;
    }
    if (request.kind === 'open-damaged') {
      engine = await alive.whileWaiting(async () =>
        openDamagedWebEngine(await loadSqlite(request), request, alive.atWork),
      );
      return null;
    }
    if (engine === undefined) throw databaseError('DATABASE_CLOSED');
    switch (request.kind) {
      case 'all':
        return await engine.all(request.sql, request.params);
      case 'run':
        return await engine.run(request.sql, request.params);
      case 'batch':
        return await engine.batch(request.statements);
      case 'begin':
      case 'commit':
      case 'rollback':
      case 'close':
        await engine[request.kind]();
        return null;
    }
  };
  const reply = async (request: WorkerRequest) => {
    try {
      scope.postMessage({ ok: true, value: await answer(request) });
    } catch (error) {
      const { code, message } = toDatabaseError(error);
      scope.postMessage({ ok: false, code, message });
    }
  };
  // The page sends its next request only after the reply: replies cannot overtake each other.
  scope.onmessage = ({ data }) => void reply(data).catch(() => undefined);
}

/** Milliseconds between two signs of life. */
const SIGN = 1_000;

/**
 * By which the page tells a worker that is long at work from one that hangs. An opening waits for files and for the
 * download of SQLite; whatever comes after it is synchronous, and what takes long there reads, writes or computes.
 */
function createSignsOfLife(give: () => void) {
  let last = performance.now();
  return {
    atWork: () => {
      const now = performance.now();
      if (now - last < SIGN) return;
      last = now;
      give();
    },
    async whileWaiting<Value>(work: () => Promise<Value>): Promise<Value> {
      const signs = setInterval(give, SIGN);
      try {
        return await work();
      } finally {
        clearInterval(signs);
      }
    },
  };
}

const loadSqlite = ({ wasmUrl }: { wasmUrl: string }) => createModule({ locateFile: () => wasmUrl });

function toDatabaseError(error: unknown): CodedError<DatabaseErrorCode> {
  if (isCodedError<DatabaseErrorCode>(error)) return error;
  if (error instanceof DOMException) {
    if (error.name === 'NoModificationAllowedError') return databaseError('DATABASE_BUSY');
    if (error.name === 'QuotaExceededError') return databaseError('DATABASE_FULL');
  }
  return databaseError('DATABASE_IO', error instanceof Error ? error.name : undefined);
}
