import type { SyncProblem } from '@fieldchart/clinical';
import { RequestRefused } from '../fhir/answer.ts';
import type { CursorVerdict } from '../fhir/feedHead.ts';
import { judgeCursor } from '../fhir/feedHead.ts';
import { type Actor, refusal } from '../write/mutation.ts';
import { type EpochDeps, startEpoch } from './startEpoch.ts';

type BadCursor = Exclude<CursorVerdict, { readonly kind: 'good' }>;

/**
 * Ends a request whose cursor leads nowhere with 410. A cursor that proves a restore nobody announced starts a new
 * epoch first, at once: until then devices with older cursors would go on reading from a database that has begun to
 * use sequences and versions a second time. It is safe to believe the cursor: it bears the server's own mark, so it
 * cannot have been made up, and what a new epoch costs is that devices read their caseload again.
 */
export async function refuseCursor(deps: EpochDeps, actor: Actor, verdict: BadCursor): Promise<never> {
  switch (verdict.kind) {
    case 'unknown':
      throw gone('cursor-unknown', 'the cursor is not one of ours: start again without one');
    case 'restored': {
      const { cursor, head } = verdict;
      await startEpoch(deps, {
        instead: head.epoch,
        actor,
        suspicion: {
          'cursor-counter': String(cursor.anchor.counter),
          'cursor-newest-row': String(cursor.anchor.row),
          'database-counter': String(head.sequence),
        },
      });
      break;
    }
    case 'other-epoch':
      break;
  }
  throw gone('epoch-changed', 'the server was restored from a backup: start again without a cursor');
}

function gone(problem: SyncProblem, text: string): RequestRefused {
  return new RequestRefused({ ...refusal(410, 'expired', text), problem });
}

/** Before a write: a device that names its cursor learns of a restore before its versions could be misunderstood. */
export async function checkPushedCursor(
  deps: EpochDeps,
  actor: Actor,
  header: string | readonly string[] | undefined,
): Promise<void> {
  if (header === undefined) return;
  const verdict = await judgeCursor(deps.db, String(header));
  if (verdict.kind !== 'good') await refuseCursor(deps, actor, verdict);
}
