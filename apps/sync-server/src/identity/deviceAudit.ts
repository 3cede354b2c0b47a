import { type AuditLink, FIRST_PREVIOUS, auditLinkContent, eventToAuditLink } from '@fieldchart/clinical';
import { type Clock, type Random, type Result, ok, randomUuid } from '@fieldchart/foundation';
import type { Database } from '../storage/openStorage.ts';
import type { Actor } from '../write/mutation.ts';
import { closeAlert, raiseAlert } from './alerts.ts';
import { hashText } from './hashText.ts';

/** Links that one request may bring. */
export const MOST_LINKS = 500;

interface Sender extends Actor {
  readonly deviceId: string;
  /** The device that began the chain. */
  readonly chain: string;
}

interface Received {
  readonly link: AuditLink;
  readonly event: object;
}

/**
 * Takes links of a device's own audit chain, in any order and again: a link is kept once, even one that is wrong, since
 * it is evidence. A chain belongs to a database, so the device that a rescue put in another's place goes on with its chain. A hash that is not the content's, a link that does not follow the one before, or another content
 * under a known number raises `audit-altered`; a number that is missing below the highest raises `audit-gap`, and its
 * arrival closes that.
 */
export async function receiveAuditLinks(
  deps: { readonly db: Database; readonly clock: Clock; readonly random: Random },
  actor: Actor,
  events: readonly unknown[],
): Promise<Result<{ readonly upTo: number }, { readonly kind: 'malformed' }>> {
  const received: Received[] = [];
  for (const event of events) {
    const link = eventToAuditLink(event);
    if (!link.ok) return link;
    received.push({ link: link.value, event: event as object });
  }
  const deviceId = actor.deviceId ?? '';
  const highest = await deps.db.transaction().execute(async (trx) => {
    const device = await trx
      .selectFrom('device')
      .select('audit_chain')
      .where('id', '=', deviceId)
      .executeTakeFirstOrThrow();
    const sender = { ...actor, deviceId, chain: device.audit_chain ?? deviceId };
    // One request about a chain at a time: what is missing is judged on the whole.
    await trx.selectFrom('device').select('id').where('id', '=', sender.chain).forUpdate().execute();
    for (const one of received) await keep(trx, deps, sender, one);
    return judge(trx, deps.clock.now(), sender);
  });
  return ok({ upTo: highest });
}

async function keep(
  trx: Database,
  deps: { readonly clock: Clock; readonly random: Random },
  sender: Sender,
  { link, event }: Received,
): Promise<void> {
  const now = deps.clock.now();
  const known = await trx
    .selectFrom('device_audit_link')
    .select('hash')
    .where('chain', '=', sender.chain)
    .where('number', '=', link.number)
    .executeTakeFirst();
  const honest = (await hashText(auditLinkContent(link))) === link.hash;
  if (!honest || (known !== undefined && known.hash !== link.hash)) {
    await raiseAlert(trx, now, alertOf('audit-altered', sender, link.number));
  }
  if (known !== undefined) return;
  await trx
    .insertInto('device_audit_link')
    .values({
      chain: sender.chain,
      number: link.number,
      previous: link.previous,
      hash: link.hash,
      received_at: now,
    })
    .execute();
  await trx
    .insertInto('audit')
    .values({
      id: randomUuid(deps.random),
      recorded: now,
      action: 'device-link',
      client_id: null,
      practitioner_id: sender.practitionerId,
      device_id: sender.deviceId,
      body: JSON.stringify(event),
    })
    .execute();
}

/** Looks at the whole chain; yields the highest number up to which nothing is missing. */
async function judge(trx: Database, now: number, sender: Sender): Promise<number> {
  const links = await trx
    .selectFrom('device_audit_link')
    .select(['number', 'previous', 'hash'])
    .where('chain', '=', sender.chain)
    .orderBy('number')
    .execute();
  let expected = FIRST_PREVIOUS;
  let number = 0;
  let upTo = 0;
  for (const link of links) {
    if (link.number === number + 1) {
      await closeAlert(trx, now, { kind: 'audit-gap', subject: subjectOf(sender, link.number) });
      if (link.previous !== expected) {
        await raiseAlert(trx, now, alertOf('audit-altered', sender, link.number));
      }
      if (upTo === number) upTo = link.number;
    } else {
      // A number or several are missing: the first of them names the gap.
      await raiseAlert(trx, now, alertOf('audit-gap', sender, number + 1));
    }
    expected = link.hash;
    number = link.number;
  }
  return upTo;
}

const subjectOf = (sender: Sender, number: number) => `${sender.chain} ${number}`;

function alertOf(kind: 'audit-gap' | 'audit-altered', sender: Sender, number: number) {
  return {
    kind,
    subject: subjectOf(sender, number),
    ...(sender.practitionerId === null ? {} : { practitionerId: sender.practitionerId }),
    deviceId: sender.deviceId,
    details: { link: String(number) },
  };
}
