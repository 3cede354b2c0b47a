export {
  openDamagedWebDatabase,
  openWebDatabase,
  deleteWebDatabase,
  type WebDatabasePlace,
} from './openWebDatabase.ts';
export type { DatabaseWorker } from './workerCalls.ts';
