import type { Database } from '../database.ts';
import { checkDatabaseName } from '../openOptions.ts';
import { type WebDatabasePlace, openInWorker } from './openWebDatabase.ts';

/**
 * The benchmark's baseline: the same worker, file system, journal and queue WITHOUT encryption. Nothing but the
 * benchmark and the tests' controls may use it.
 */
export function openPlainWebDatabaseForBench(place: WebDatabasePlace, name: string): Promise<Database> {
  checkDatabaseName(name);
  return openInWorker(place, {
    name,
    key: null,
    existing: false,
    acceptLostJournal: false,
    newestVersion: Number.POSITIVE_INFINITY,
  });
}
