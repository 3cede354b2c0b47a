import { join } from 'node:path';
import { CodedError } from '@fieldchart/foundation';
import {
  type DataFolderLock,
  clearDataFolder,
  inspectDataFolder,
  lockDataFolder,
  markDataFolder,
} from '../storage/dataFolder.ts';
import { type Storage, emptyStorage, openPGlite, openPostgres } from '../storage/openStorage.ts';

export interface DataOptions {
  /** Folder of tickets, the admin token, and of the embedded database. */
  readonly folder: string;
  /** PostgreSQL instead of the embedded database. */
  readonly databaseUrl?: string | undefined;
  /** Forget everything first. */
  readonly reset?: boolean;
  /** Refuse to make a database where there is none (commands other than the start). */
  readonly mustExist?: boolean;
}

export interface OpenedData {
  readonly storage: Storage;
  readonly lock: DataFolderLock;
  readonly folder: string;
  close(): Promise<void>;
}

/** Locks the folder and opens the database in it, or on PostgreSQL. */
export async function openData(options: DataOptions): Promise<OpenedData> {
  const lock = lockDataFolder(options.folder);
  try {
    const storage = await openStorage(options);
    return {
      storage,
      lock,
      folder: options.folder,
      close: async () => {
        await storage.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function openStorage(options: DataOptions): Promise<Storage> {
  const { folder, databaseUrl, reset = false, mustExist = false } = options;
  if (databaseUrl !== undefined) {
    const storage = await openPostgres(databaseUrl);
    if (reset) await emptyStorage(storage.db);
    return storage;
  }
  const before = inspectDataFolder(folder);
  if (before === 'foreign')
    throw new CodedError('FOLDER_FOREIGN', 'the folder holds files that are not ours');
  if (reset) clearDataFolder(folder);
  const state = reset ? 'empty' : before;
  if (state === 'empty' && mustExist) throw new CodedError('NOTHING_THERE', 'the folder holds no database');
  if (state === 'empty') markDataFolder(folder, 'making');
  const storage = await openPGlite(join(folder, 'database'));
  if (state === 'empty') markDataFolder(folder, 'ready');
  return storage;
}
