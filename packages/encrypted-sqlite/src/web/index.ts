export {
  openDamagedWebDatabase,
  openWebDatabase,
  deleteWebDatabase,
  type DatabaseWorker,
  type WebDatabasePlace,
} from './openWebDatabase.ts';
