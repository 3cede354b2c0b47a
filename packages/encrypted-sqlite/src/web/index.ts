export {
  openWebDatabase,
  openPlainWebDatabaseForBench,
  deleteWebDatabase,
  type DatabaseWorker,
  type WebDatabasePlace,
} from './openWebDatabase.ts';
