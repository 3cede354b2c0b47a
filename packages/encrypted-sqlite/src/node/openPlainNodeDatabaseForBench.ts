import type { Database } from '../database.ts';
import { checkDatabaseName } from '../openOptions.ts';
import { openFile } from './openNodeDatabase.ts';

/**
 * The benchmark's baseline: the same driver, journal and queue WITHOUT encryption. Nothing but the benchmark
 * may use it; the port itself offers no way to an unencrypted file.
 */
export async function openPlainNodeDatabaseForBench(directory: string, name: string): Promise<Database> {
  checkDatabaseName(name);
  return await openFile(directory, name, undefined, {
    existing: false,
    acceptLostJournal: false,
    newestVersion: Number.POSITIVE_INFINITY,
  });
}
