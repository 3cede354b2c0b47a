import type { CaseloadFile } from '@fieldchart/clinical';
import { caseloadScope } from '../access/readScope.ts';
import type { Database } from '../storage/openStorage.ts';
import { withMeta } from './answer.ts';
import { cursorAt } from './changes.ts';
import { encodeCursor } from './cursor.ts';
import { readFeedHead } from './feedHead.ts';

/** The starter caseload of a practitioner: everything their device would receive, and the cursor to go on from. */
export async function readCaseloadFile(db: Database, practitionerId: string): Promise<CaseloadFile> {
  // The counter is read first: what is written meanwhile comes again with the feed.
  const head = await readFeedHead(db);
  const rows = await db
    .selectFrom('resource')
    .select(['type', 'id', 'version', 'body', 'written_at'])
    .where(caseloadScope(practitionerId))
    .orderBy('client_id', (order) => order.asc().nullsFirst())
    .execute();
  return {
    cursor: encodeCursor(cursorAt(head), head.cursorKey),
    bundle: {
      resourceType: 'Bundle',
      type: 'collection',
      entry: rows.map((row) => ({
        fullUrl: `${row.type}/${row.id}`,
        resource: { ...withMeta(row) },
      })),
    },
  };
}
