/// <reference lib="webworker" />
import './importMetaRegistry.ts';
import { serveDatabase } from './databaseWorker.ts';

serveDatabase(globalThis as unknown as DedicatedWorkerGlobalScope);
