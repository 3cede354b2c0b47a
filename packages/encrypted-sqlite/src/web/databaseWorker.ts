import createModule from '@journeyapps/wa-sqlite/dist/mc-wa-sqlite.mjs';
import { CodedError, hexEncode, isCodedError } from '@fieldchart/foundation';
import type { DatabaseErrorCode } from '../database.ts';
import { type DatabaseEngine, createDatabaseEngine } from '../databaseEngine.ts';
import { databaseError } from '../databaseErrors.ts';
import { prepareConnection } from '../sqliteConnection.ts';
import { openPoolVfs } from './poolVfs.ts';
import { openWebConnection } from './webConnection.ts';
import type { WorkerReply, WorkerRequest } from './workerProtocol.ts';

const FILE = 'database';

/** Serves one database to the page that made this worker. */
export function serveDatabase(scope: {
  onmessage: ((event: MessageEvent<WorkerRequest>) => void) | null;
  postMessage(reply: WorkerReply): void;
}): void {
  let engine: DatabaseEngine | undefined;
  const answer = async (request: WorkerRequest): Promise<(WorkerReply & { ok: true })['value']> => {
    if (request.kind === 'open') {
      engine = await openEngine(request);
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

/** The order of these steps is what the pool, the cipher and the log each need. */
async function openEngine({
  directory,
  wasmUrl,
  key,
}: WorkerRequest & { kind: 'open' }): Promise<DatabaseEngine> {
  const keyHex = key === null ? null : hexEncode(key);
  key?.fill(0);
  const module = await createModule({ locateFile: () => wasmUrl });
  const { vfs, sawPlainHeader } = await openPoolVfs(directory, module);
  try {
    let vfsName = vfs.name;
    if (keyHex !== null) {
      const created = module.ccall('sqlite3mc_vfs_create', 'int', ['string', 'int'], [vfs.name, 1]);
      if (created !== 0) throw databaseError('DATABASE_OPTION_REFUSED', 'no cipher in this build');
      vfsName = `multipleciphers-${vfs.name}`;
    }
    const connection = openWebConnection(module, { fileName: FILE, vfsName, keyHex: keyHex ?? undefined });
    try {
      await prepareConnection(connection);
    } catch (error) {
      await connection.close();
      if (keyHex !== null && sawPlainHeader()) {
        throw databaseError('DATABASE_OPTION_REFUSED', 'the file is plain-text SQLite');
      }
      throw error;
    }
    const engine = createDatabaseEngine(connection);
    return {
      ...engine,
      async close() {
        try {
          await engine.close();
        } finally {
          await vfs.close();
        }
      },
    };
  } catch (error) {
    await vfs.close();
    throw error;
  }
}

function toDatabaseError(error: unknown): CodedError<DatabaseErrorCode> {
  if (isCodedError<DatabaseErrorCode>(error)) return error;
  if (error instanceof DOMException) {
    if (error.name === 'NoModificationAllowedError') return databaseError('DATABASE_BUSY');
    if (error.name === 'QuotaExceededError') return databaseError('DATABASE_FULL');
  }
  return databaseError('DATABASE_IO', error instanceof Error ? error.name : undefined);
}
