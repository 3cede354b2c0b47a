import type { Transaction } from '@fieldchart/encrypted-sqlite';
import type { AuditChain, RecordStore } from '@fieldchart/record-store';
import type { ClinicSession } from './api.ts';
import type { RunningSync } from './startSync.ts';

/** Fetching back what the policy aged out: asked for at once, brought by the next contact, written down here and there. */
export function createOlderRecords(deps: {
  readonly store: Pick<RecordStore, 'fetchBack' | 'agedOutOf'>;
  readonly audit: Pick<AuditChain, 'append'>;
  readonly sync: Pick<RunningSync, 'syncNow'>;
}): Pick<ClinicSession, 'fetchOlder'> {
  const { store, audit, sync } = deps;
  return {
    async fetchOlder(clientId) {
      await audit.append('fetched-back', { client: clientId });
      await store.fetchBack(clientId);
      await sync.syncNow();
      const { asked, hereUntil } = await store.agedOutOf(clientId);
      if (asked) return 'waits';
      return hereUntil === null ? 'refused' : 'arrived';
    },
  };
}

/** Records that one link names: a request carries many links, and the server has a limit for it. */
const NAMED_AT_ONCE = 25;

/** The audit chain's links on what the policy erased: whose records, how many, which; and nothing that they said. */
export async function writeDownAgedOut(
  audit: Pick<AuditChain, 'appendWithin'>,
  transaction: Transaction,
  { clientId, keys }: { readonly clientId: string; readonly keys: readonly string[] },
): Promise<void> {
  for (let from = 0; from < keys.length; from += NAMED_AT_ONCE) {
    const some = keys.slice(from, from + NAMED_AT_ONCE);
    const named = some.map((key, at) => [`record-${at + 1}`, key] as const);
    await audit.appendWithin(transaction, 'aged-out', {
      client: clientId,
      records: String(some.length),
      ...Object.fromEntries(named),
    });
  }
}
