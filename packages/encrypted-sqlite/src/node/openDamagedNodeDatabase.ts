import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hexEncode } from '@fieldchart/foundation';
import { type OpenDamaged, prepareReading } from '../damagedDatabase.ts';
import { createDatabaseEngine } from '../databaseEngine.ts';
import { databaseError } from '../databaseErrors.ts';
import { checkOpenOptions } from '../openOptions.ts';
import { createQueuedDatabase } from '../queuedDatabase.ts';
import { openNodeConnection } from './nodeConnection.ts';

/**
 * Opens a damaged file in that directory for reading alone: a copy of it, encrypted as it is, since SQLite would empty
 * the log into the file at close. The copy is removed at close.
 */
export function openDamagedNodeDatabase({ directory }: { readonly directory: string }): OpenDamaged {
  return async ({ name, key, verify }) => {
    checkOpenOptions({ name, key });
    if (!existsSync(join(directory, name))) throw databaseError('DATABASE_MISSING');
    const place = mkdtempSync(join(directory, '.reading-'));
    const discard = () => rmSync(place, { recursive: true, force: true });
    try {
      for (const file of [name, `${name}-wal`]) {
        if (existsSync(join(directory, file))) copyFileSync(join(directory, file), join(place, file));
      }
      const connection = openNodeConnection(join(place, name), hexEncode(key), { verify, damaged: true });
      const end = async () => {
        try {
          await connection.close();
        } finally {
          discard();
        }
      };
      await prepareReading(connection).catch(async (error: unknown) => {
        await end();
        throw error;
      });
      return createQueuedDatabase({ ...createDatabaseEngine(connection), close: end });
    } catch (error) {
      discard();
      throw error;
    }
  };
}
