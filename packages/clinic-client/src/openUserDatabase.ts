import type { Database, OpenDatabaseOptions } from '@fieldchart/encrypted-sqlite';
import { NEWEST_SCHEMA } from '@fieldchart/record-store';
import type { ClinicPlatform } from './platform.ts';

/** E3: each user has a file of their own. */
export function databaseName(userId: string): string {
  return `user-${userId}.db`;
}

/** Opens a user's database; what a newer app has written is refused before anything touches it (D3). */
export function openUserDatabase(
  platform: Pick<ClinicPlatform, 'openDatabase'>,
  userId: string,
  options: Pick<OpenDatabaseOptions, 'key' | 'existing' | 'acceptLostJournal'>,
): Promise<Database> {
  return platform.openDatabase({ ...options, name: databaseName(userId), newestVersion: NEWEST_SCHEMA });
}
