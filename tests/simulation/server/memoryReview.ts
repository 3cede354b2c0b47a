import { type Bundle, type BundleEntry, reviewReceiptResponse } from '@fieldchart/clinical';
import { type Random, toInstant } from '@fieldchart/foundation';
import {
  RequestRefused,
  refusedResponse,
  writtenResponse,
} from '../../../apps/sync-server/src/fhir/answer.ts';
import type { WriteBundle } from '../../../apps/sync-server/src/fhir/parseWrite.ts';
import { type LateWork, decideInbox } from '../../../apps/sync-server/src/review/decideInbox.ts';
import type { Actor } from '../../../apps/sync-server/src/write/mutation.ts';
import { caseloadOf } from './memoryReads.ts';
import type { InboxEntry, MemoryRecords } from './memoryRecords.ts';

/** The real server's `receiveReview` over plain lists; what is kept and why not are the server's own decisions. */
export function keepForReview(
  records: MemoryRecords,
  actor: Actor,
  bundle: WriteBundle,
  deps: { readonly now: number; readonly random: Random },
): { readonly records: MemoryRecords; readonly answer: Bundle } {
  const now = Math.max(records.lastWritten, deps.now);
  const works: readonly LateWork[] =
    bundle.type === 'transaction'
      ? [{ entries: bundle.entries, sources: bundle.sources }]
      : bundle.entries.map((entry, at) => ({ entries: [entry], sources: bundle.sources.slice(at, at + 1) }));
  const own = [...records.inbox.values()].filter((entry) => entry.practitionerId === actor.practitionerId);
  const state = {
    chart: records,
    held: records.inbox,
    filed: new Map(own.map(({ key, clientId }) => [key, { clientId }])),
    clients: clientsEverOf(records, actor),
  };
  const decided = decideInbox(state, works, { actor, now, random: deps.random });
  const inbox = new Map<string, InboxEntry>(records.inbox);
  for (const item of decided.items) {
    for (const [at, { mutationId, key, clientId }] of item.entries.entries()) {
      const practitionerId = actor.practitionerId ?? '';
      const source = item.sources[at] ?? {};
      inbox.set(mutationId, { itemId: item.id, receivedAt: now, key, practitionerId, clientId, source });
    }
  }
  const entry = decided.decisions.flatMap((decision, at): BundleEntry[] => {
    switch (decision.kind) {
      case 'written':
        return decision.written.map((written) => ({ response: writtenResponse(written) }));
      case 'refused':
        if (bundle.type === 'transaction') {
          throw new RequestRefused({
            ...decision.refusal,
            expression: `Bundle.entry[${String(decision.at)}]`,
          });
        }
        return [{ response: refusedResponse(decision.refusal) }];
      case 'held':
      case 'kept': {
        const receivedAt = toInstant(decision.kind === 'held' ? decision.receivedAt : now);
        const response = reviewReceiptResponse({ itemId: decision.itemId, receivedAt });
        return (works[at]?.entries ?? []).map(() => ({ response }));
      }
    }
  });
  const answer: Bundle = { resourceType: 'Bundle', type: `${bundle.type}-response`, entry };
  return { records: { ...records, lastWritten: now, inbox }, answer };
}

/** Clients in whose care team somebody is or was. */
function clientsEverOf(records: MemoryRecords, { practitionerId }: Actor): ReadonlySet<string> {
  const gained = records.access.filter((change) => change.practitionerId === practitionerId && change.gained);
  return new Set([...gained.map(({ clientId }) => clientId), ...caseloadOf(records, practitionerId)]);
}
