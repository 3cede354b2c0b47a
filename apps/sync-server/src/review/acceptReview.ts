import { CodedError, type Result, fail, isCodedError, ok } from '@fieldchart/foundation';
import { parseEntry } from '../fhir/parseWrite.ts';
import type { Database } from '../storage/openStorage.ts';
import {
  type Actor,
  type Entry,
  type Mutation,
  type Refusal,
  type Written,
  refusal,
} from '../write/mutation.ts';
import { verifyUnit } from '../write/verifySignatures.ts';
import { type WriteDeps, writeUnits } from '../write/writeUnits.ts';
import {
  type ReviewItem,
  type ReviewProblem,
  auditDecision,
  closeItem,
  eventsOf,
  readItems,
} from './reviewDesk.ts';

export type AcceptProblem =
  | ReviewProblem
  /** The rules of writing refuse it: it stays open. `at` counts the item's entries from 0. */
  | { readonly kind: 'refused'; readonly at: number; readonly status: number; readonly reason: string };

/**
 * Writes an item under its own mutation ids and in its author's name; that the author is in the care team no more is
 * what whoever decides answers for. Everything else is judged as for any write: versions, references, signatures.
 */
export async function acceptReview(
  deps: WriteDeps,
  id: string,
  decider: Actor,
): Promise<Result<{ readonly written: readonly Written[] }, AcceptProblem>> {
  const [item] = await readItems(deps.db, id);
  if (item === undefined) return fail({ kind: 'not-found' });
  if (item.state !== 'open') return fail({ kind: 'decided' });
  const entries: Entry[] = [];
  for (const content of item.content) {
    const entry = parseEntry(content);
    entries.push(entry.ok ? await withBase(deps.db, item, entry.mutation) : entry);
  }
  try {
    const author = await readAuthor(deps.db, item, decider);
    const [outcome] = await writeUnits(
      deps,
      author,
      [await verifyUnit(deps.db, entries)],
      async (trx, { outcomes, now }) => {
        if (outcomes[0]?.ok !== true) return;
        // Somebody else decided meanwhile: what was written here is undone.
        if (!(await closeItem(trx, item, { state: 'accepted', actor: decider, now }))) throw decided();
        await auditDecision(deps, trx, eventsOf('review-accepted', item, decider), now);
      },
    );
    if (outcome?.ok !== false) return ok({ written: outcome?.written ?? [] });
    const { status, text } = outcome.refusal;
    return fail({ kind: 'refused', at: outcome.at, status, reason: text });
  } catch (error) {
    if (isCodedError(error) && error.code === 'REVIEW_DECIDED') return fail({ kind: 'decided' });
    throw error;
  }
}

const decided = () => new CodedError('REVIEW_DECIDED', 'somebody else has decided about the item');

/** The author, let in by whoever decides. */
async function readAuthor(db: Database, item: ReviewItem, decider: Actor): Promise<Actor> {
  const { role } = await db
    .selectFrom('practitioner')
    .select('role')
    .where('id', '=', item.practitionerId)
    .executeTakeFirstOrThrow();
  return {
    practitionerId: item.practitionerId,
    deviceId: item.deviceId,
    role,
    admittedBy: { practitionerId: decider.practitionerId, role: decider.role },
    ...(decider.address === undefined ? {} : { address: decider.address }),
  };
}

/**
 * An update whose predecessor was late work too could name no version: it derives from the version that the
 * predecessor's acceptance wrote. While that has none it cannot be accepted.
 */
async function withBase(db: Database, item: ReviewItem, mutation: Mutation): Promise<Entry> {
  if (mutation.onlyCreate || mutation.ifMatch !== undefined) return { ok: true, mutation };
  const { resourceType, id } = mutation.resource;
  const before = await db
    .selectFrom('review_entry')
    .innerJoin('review_item', 'review_item.id', 'review_entry.item_id')
    .leftJoin('history', 'history.mutation_id', 'review_entry.mutation_id')
    .select('history.version')
    .where('review_entry.type', '=', resourceType)
    .where('review_entry.id', '=', id)
    .where('review_item.practitioner_id', '=', item.practitionerId)
    .where('review_item.number', '<', (earlier) =>
      earlier.selectFrom('review_item').select('number').where('id', '=', item.id),
    )
    .orderBy('review_item.number', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (before === undefined) return { ok: true, mutation };
  if (before.version !== null) return { ok: true, mutation: { ...mutation, ifMatch: before.version } };
  return { ok: false, refusal: notAccepted(), ...mutationIdOf(mutation) };
}

const notAccepted = (): Refusal =>
  refusal(412, 'conflict', 'what its author wrote to this resource before is not accepted');

function mutationIdOf({ mutationId }: Mutation): { readonly mutationId?: string } {
  return mutationId === undefined ? {} : { mutationId };
}
