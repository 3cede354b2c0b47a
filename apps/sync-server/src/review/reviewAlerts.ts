import { closeAlert, raiseAlert } from '../identity/alerts.ts';
import type { Database } from '../storage/openStorage.ts';
import type { Actor } from '../write/mutation.ts';

const KIND = 'review-waiting';
const subjectOf = (practitionerId: string, clientId: string) => `${practitionerId} ${clientId}`;

/** Says that late work waits: once for each author and client, however much it is. */
export async function raiseReviewAlerts(
  trx: Database,
  now: number,
  { practitionerId, deviceId }: Actor,
  clients: ReadonlySet<string>,
): Promise<void> {
  for (const clientId of clients) {
    await raiseAlert(trx, now, {
      kind: KIND,
      subject: subjectOf(practitionerId ?? '', clientId),
      ...(practitionerId === null ? {} : { practitionerId }),
      ...(deviceId === null ? {} : { deviceId }),
      details: { client: clientId },
    });
  }
}

/** Closes the alerts of an item's author and clients of whom nothing waits any more. Under the organisation's lock. */
export async function closeReviewAlerts(
  trx: Database,
  now: number,
  item: { readonly practitionerId: string; readonly clients: ReadonlySet<string> },
): Promise<void> {
  for (const clientId of item.clients) {
    const waiting = await trx
      .selectFrom('review_item')
      .innerJoin('review_entry', 'review_entry.item_id', 'review_item.id')
      .select('review_item.id')
      .where('state', '=', 'open')
      .where('practitioner_id', '=', item.practitionerId)
      .where('client_id', '=', clientId)
      .limit(1)
      .executeTakeFirst();
    if (waiting === undefined) {
      await closeAlert(trx, now, { kind: KIND, subject: subjectOf(item.practitionerId, clientId) });
    }
  }
}
