import {
  LONGEST_RESCUE_TEXT,
  type RescueDelivery,
  type RescueRequest,
  rescueRequest,
} from '@fieldchart/clinical';
import {
  type Clock,
  type Random,
  type Result,
  base64UrlDecode,
  fail,
  ok,
  readCarriedText,
  toInstant,
  utf8Decode,
} from '@fieldchart/foundation';
import { createAuditTrail } from '../audit/auditTrail.ts';
import type { Database } from '../storage/openStorage.ts';
import type { Actor } from '../write/mutation.ts';
import { hashText } from './hashText.ts';
import { signTicket } from './issueTicket.ts';
import type { Organization } from './organization.ts';

export interface RescueDesk {
  readonly db: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly organization: Organization;
}

export type RescueFailure =
  | 'wrong-kind'
  | 'malformed'
  | 'truncated'
  | 'altered'
  | 'too-large'
  | 'unknown-practitioner'
  | 'other-organization';

/** A rescue ticket is for the device that asked, and for the time it takes to type an answer in. */
const RESCUE_DAYS = 7;
const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** What an administrator compares with what the clinician reads out, and what the command needs to answer. */
export interface PreparedRescue {
  readonly id: string;
  readonly practitioner: string;
  readonly practitionerId: string;
  readonly device: string;
  /** First 40 bits of the text's SHA-256, `XXXX-XXXX`. */
  readonly code: string;
  readonly askedAt: number;
  readonly request: RescueRequest;
}

/** Reads a request's text and finds its practitioner. */
export async function readRescueRequest(
  desk: Pick<RescueDesk, 'db' | 'organization'>,
  text: string,
): Promise<Result<PreparedRescue, { readonly kind: RescueFailure }>> {
  const carried = await readCarriedText({
    kind: 'rescueRequest',
    text,
    dots: 0,
    longest: LONGEST_RESCUE_TEXT,
    hash: hashText,
  });
  if (!carried.ok) return carried;
  const request = rescueRequest.safeParse(parse(carried.value));
  if (!request.success) return fail({ kind: 'malformed' });
  if (request.data.organization !== desk.organization.id) return fail({ kind: 'other-organization' });
  const practitioner = await desk.db
    .selectFrom('practitioner')
    .selectAll()
    .where('id', '=', request.data.practitioner)
    .executeTakeFirst();
  if (practitioner === undefined) return fail({ kind: 'unknown-practitioner' });
  return ok({
    id: request.data.id,
    practitioner: practitioner.name,
    practitionerId: practitioner.id,
    device: request.data.device,
    code: await comparisonCode(text.replace(/\s/gu, '')),
    askedAt: request.data.iat * 1000,
    request: request.data,
  });
}

/** Keeps a request that came over the network. The first text of an id stands. */
export async function submitRescue(
  desk: RescueDesk,
  text: string,
  address: string,
): Promise<Result<{ readonly id: string }, { readonly kind: RescueFailure }>> {
  const read = await readRescueRequest(desk, text);
  if (!read.ok) return read;
  const { id, practitionerId, device } = read.value;
  const kept = await desk.db
    .insertInto('rescue_request')
    .values({
      id,
      practitioner_id: practitionerId,
      device_id: device,
      request: text.replace(/\s/gu, ''),
      received_at: desk.clock.now(),
      answer: null,
      answered_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (kept.numInsertedOrUpdatedRows === 1n) {
    await createAuditTrail(desk)({
      action: 'rescue-requested',
      actor: { practitionerId, deviceId: null, role: 'system', address },
      outcome: '0',
      details: { request: id, device },
    });
  }
  return ok({ id });
}

/** Requests that came over the network, newest first. */
export async function listRescues(desk: Pick<RescueDesk, 'db'>) {
  const rows = await desk.db
    .selectFrom('rescue_request')
    .innerJoin('practitioner', 'practitioner.id', 'rescue_request.practitioner_id')
    .selectAll('rescue_request')
    .select('name')
    .orderBy('received_at', 'desc')
    .limit(100)
    .execute();
  return Promise.all(
    rows.map(async (row) => ({
      id: row.id,
      practitioner: row.name,
      device: row.device_id,
      request: row.request,
      code: await comparisonCode(row.request),
      receivedAt: row.received_at,
      answeredAt: row.answered_at,
    })),
  );
}

/**
 * Signs the ticket that an answer carries: for the new signing key of the device that asked, in place of the old one.
 * The data key is not seen here: whoever holds the rescue key puts both together.
 */
export async function prepareRescue(
  desk: RescueDesk,
  text: string,
  actor: Actor,
): Promise<Result<PreparedRescue & { readonly ticket: string }, { readonly kind: RescueFailure }>> {
  const read = await readRescueRequest(desk, text);
  if (!read.ok) return read;
  const { request, practitionerId } = read.value;
  const practitioner = await desk.db
    .selectFrom('practitioner')
    .selectAll()
    .where('id', '=', practitionerId)
    .executeTakeFirstOrThrow();
  const { jwt } = await signTicket(desk, desk.organization, practitioner, {
    days: RESCUE_DAYS,
    claims: { device: request.device_id, replaces: request.device },
  });
  await createAuditTrail(desk)({
    action: 'rescue-answered',
    actor,
    outcome: '0',
    what: [`Practitioner/${practitionerId}`],
    details: { request: request.id, device: request.device, 'new-device': request.device_id },
  });
  return ok({ ...read.value, ticket: jwt });
}

/** Lays an answer down for the device to fetch. False where no such request came over the network. */
export async function deliverAnswer(desk: RescueDesk, id: string, answer: string): Promise<boolean> {
  const kept = await desk.db
    .updateTable('rescue_request')
    .set({ answer, answered_at: desk.clock.now() })
    .where('id', '=', id)
    .executeTakeFirst();
  return kept.numUpdatedRows === 1n;
}

/** The answer, once it is there. It is sealed to the device that asked. */
export async function readAnswer(
  desk: Pick<RescueDesk, 'db'>,
  id: string,
): Promise<RescueDelivery | undefined> {
  const row = await desk.db
    .selectFrom('rescue_request')
    .select(['answer', 'answered_at'])
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined || row.answer === null || row.answered_at === null
    ? undefined
    : { answer: row.answer, answered_at: toInstant(row.answered_at) };
}

async function comparisonCode(text: string): Promise<string> {
  let bits = base64UrlDecode(await hashText(text))
    .slice(0, 5)
    .reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
  let code = '';
  for (let at = 0; at < 8; at += 1) {
    code = `${crockford.charAt(Number(bits & 31n))}${code}`;
    bits >>= 5n;
  }
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}

function parse(payload: string): unknown {
  try {
    return JSON.parse(utf8Decode(base64UrlDecode(payload)));
  } catch {
    return undefined;
  }
}
