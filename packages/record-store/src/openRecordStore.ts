import type { Database } from '@fieldchart/encrypted-sqlite';
import type { Clock, Logger, Random } from '@fieldchart/foundation';
import { createAttentionLists } from './attentionLists.ts';
import { createEpochChange } from './epochChange.ts';
import { startIndexing } from './indexNotes.ts';
import { createLateWork } from './lateWork.ts';
import { createClientList } from './clientList.ts';
import { createLists } from './lists.ts';
import { createMending } from './mending.ts';
import { knownHere } from './knownHere.ts';
import { migrate } from './migrate.ts';
import { renewIndex } from './noteIndex.ts';
import { createPull } from './pull.ts';
import { createPush } from './push.ts';
import { createRecentContents } from './recentContents.ts';
import { createChangeWriter } from './recordChange.ts';
import { noteChoices } from './noteChoices.ts';
import type { RecordStore } from './recordStore.ts';
import { createRetention } from './retention.ts';
import { createNoteSearch } from './searchNotes.ts';
import { createStanding } from './standing.ts';
import { createAnnouncer } from './touched.ts';

/** Opens the record store in an open database, after bringing its schema up to date. */
export async function openRecordStore(deps: {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}): Promise<RecordStore> {
  const { database, clock, random, logger } = deps;
  await migrate(database);
  await renewIndex(database);
  const [open] = await database.all<{ count: number }>(
    "SELECT count(*) AS count FROM outbox WHERE state = 'attempted'",
  );
  logger.info('record-store.opened', { attempted: open?.count ?? 0 });
  const parts = {
    database,
    clock,
    random,
    announcer: createAnnouncer(),
    recent: createRecentContents(),
  };
  return {
    database,
    onCommit: (listener) => parts.announcer.onCommit(listener),
    ...createChangeWriter(parts),
    ...createLists(parts),
    ...createClientList(parts),
    ...createStanding(parts),
    ...createPush(parts),
    ...createPull(parts),
    ...createEpochChange(parts),
    ...createLateWork(parts),
    ...createRetention(parts),
    ...createMending(parts),
    ...createAttentionLists(parts),
    ...createNoteSearch(database),
    noteChoices: (clientId) => noteChoices(database, clientId),
    knownHere: (keys) => knownHere(database, keys),
    startIndexing: (timers) => startIndexing({ database, timers, announcer: parts.announcer }),
  };
}
