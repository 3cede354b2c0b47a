/// <reference lib="webworker" />
import { serveDatabase } from './databaseWorker.ts';

serveDatabase(globalThis as unknown as DedicatedWorkerGlobalScope);
