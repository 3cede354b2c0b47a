import type { OpenDatabaseOptions } from './database.ts';
import { databaseError } from './databaseErrors.ts';

const KEY_BYTES = 32;
const NAME = /^[A-Za-z0-9_.-]{1,100}$/u;

/** Refuses a name or key that an adapter could not honour exactly. */
export function checkOpenOptions(options: OpenDatabaseOptions): Required<OpenDatabaseOptions> {
  const {
    name,
    key,
    existing = false,
    acceptLostJournal = false,
    newestVersion = Number.POSITIVE_INFINITY,
    ...unknown
  } = options;
  if (Object.keys(unknown).length > 0) throw databaseError('DATABASE_OPTION_REFUSED', 'unknown option');
  checkDatabaseName(name);
  if (!(key instanceof Uint8Array) || key.length !== KEY_BYTES) {
    throw databaseError('DATABASE_OPTION_REFUSED', `the key must be ${KEY_BYTES} bytes`);
  }
  return { name, key, existing, acceptLostJournal, newestVersion };
}

/** Refuses names that are paths, and names that SQLite gives to the files beside a database. */
export function checkDatabaseName(name: string): void {
  if (typeof name !== 'string' || !NAME.test(name) || /^\.+$/u.test(name)) {
    throw databaseError('DATABASE_OPTION_REFUSED', 'the name may hold letters, digits, - _ and . only');
  }
  if (/-(?:wal|shm|journal)$/u.test(name)) {
    throw databaseError('DATABASE_OPTION_REFUSED', 'the name belongs to a journal');
  }
}
