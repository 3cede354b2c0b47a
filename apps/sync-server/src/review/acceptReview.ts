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
 * An update whose predecessor on the resource had no version yet when it was sent names none. It derives from what its
 * author wrote to the resource last before it: late work, by its acceptance (while it has none, this cannot be accepted
 * either), or an ordinary write whose answer was lost, and which was acknowledged when it was sent for review.
 */
async function withBase(db: Database, item: ReviewItem, mutation: Mutation): Promise<Entry> {
  if (mutation.onlyCreate || mutation.ifMatch !== undefined) return { ok: true, mutation };
  const { resourceType: type, id } = mutation.resource;
  const late = await db
    .selectFrom('review_entry')
    .innerJoin('review_item', 'review_item.id', 'review_entry.item_id')
    .leftJoin('history', 'history.mutation_id', 'review_entry.mutation_id')
    .select(['history.version', 'review_item.received_at'])
    .where('review_entry.type', '=', type)
    .where('review_entry.id', '=', id)
    .where('review_item.practitioner_id', '=', item.practitionerId)
    .where('review_item.number', '<', (own) =>
      own.selectFrom('review_item').select('number').where('id', '=', item.id),
    )
    .orderBy('review_item.number', 'desc')
    .limit(1)
    .executeTakeFirst();
  const written = await db
    .selectFrom('history')
    .select(['version', 'written_at'])
    .where('type', '=', type)
    .where('id', '=', id)
    .where('practitioner_id', '=', item.practitionerId)
    .where('written_at', '<=', item.receivedAt)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  const lateIsLast = late !== undefined && late.received_at >= (written?.written_at ?? 0);
  if (lateIsLast && late.version === null) {
    return { ok: false, refusal: notAccepted(), ...mutationIdOf(mutation) };
  }
  const base = lateIsLast ? late.version : written?.version;
  return { ok: true, mutation: typeof base === 'number' ? { ...mutation, ifMatch: base } : mutation };
}

const notAccepted = (): Refusal =>
  refusal(412, 'conflict', 'what its author wrote to this resource before is not accepted');

function mutationIdOf({ mutationId }: Mutation): { readonly mutationId?: string } {
  return mutationId === undefined ? {} : { mutationId };
}
