import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { foldText } from '@fieldchart/clinical';
import { type Clock, type Random, type Result, base64UrlEncode, fail, ok } from '@fieldchart/foundation';
import { createAuditTrail } from '../audit/auditTrail.ts';
import { readCaseloadFile } from '../fhir/caseloadFile.ts';
import type { Database } from '../storage/openStorage.ts';
import type { PractitionerTable } from '../storage/tables.ts';
import type { Actor } from '../write/mutation.ts';
import { issueTicket } from './issueTicket.ts';
import type { Organization } from './organization.ts';

export interface TicketDesk {
  readonly db: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly organization: Organization;
  /** Where ticket files are kept; each under a name that nobody guesses. */
  readonly folder: string;
}

export interface HandedTicket {
  readonly id: string;
  readonly practitioner: string;
  readonly role: string;
  readonly ticket: string;
  readonly activationCode: string;
  readonly path: string;
  readonly url: string;
  readonly expiresAt: number;
}

/** A ticket as the administrator sees it. */
export interface ListedTicket {
  readonly id: string;
  readonly practitioner: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly state: 'open' | 'used' | 'revoked' | 'expired';
  /** The device that used it. */
  readonly device: string | null;
}

export type UnknownName = {
  readonly kind: 'unknown-name' | 'ambiguous-name';
  /** Who there is, or who it could be. */
  readonly names: readonly string[];
};

/** Finds a practitioner by id, by full name or by a part of the name that only one has. */
export async function findPractitioner(
  db: Database,
  wanted: string,
): Promise<Result<PractitionerTable, UnknownName>> {
  const all = await db.selectFrom('practitioner').selectAll().orderBy('name').execute();
  const folded = foldText(wanted.trim());
  const exact = all.filter((one) => one.id === wanted || foldText(one.name) === folded);
  const alike = exact.length > 0 ? exact : all.filter((one) => foldText(one.name).includes(folded));
  const [only] = alike;
  if (only === undefined || folded === '') {
    return fail({ kind: 'unknown-name', names: all.map((one) => one.name) });
  }
  return alike.length > 1 ? fail({ kind: 'ambiguous-name', names: alike.map((one) => one.name) }) : ok(only);
}

/** Issues a ticket for a practitioner and lays its file, with the starter caseload, into the ticket folder. */
export async function handOutTicket(
  desk: TicketDesk,
  practitioner: PractitionerTable,
  options: { readonly actor: Actor; readonly days?: number | undefined },
): Promise<HandedTicket> {
  await removeSpentFiles(desk);
  const caseload = await readCaseloadFile(desk.db, practitioner.id);
  const issued = await issueTicket(desk, desk.organization, practitioner, {
    caseload,
    ...(options.days === undefined ? {} : { days: options.days }),
  });
  await createAuditTrail(desk)({
    action: 'ticket-issued',
    actor: options.actor,
    outcome: '0',
    what: [`Practitioner/${practitioner.id}`],
    details: { ticket: issued.jti },
  });
  const name = `${base64UrlEncode(desk.random.bytes(18))}.fieldchart`;
  const path = join(desk.folder, name);
  await mkdir(desk.folder, { recursive: true, mode: 0o700 });
  await writeFile(path, JSON.stringify(issued.file), { mode: 0o600 });
  await desk.db.updateTable('ticket').set({ file: name }).where('jti', '=', issued.jti).execute();
  return {
    id: issued.jti,
    expiresAt: issued.expiresAt,
    practitioner: practitioner.name,
    role: practitioner.role,
    ticket: issued.ticket,
    activationCode: issued.activationCode,
    path,
    url: `${desk.organization.baseUrl}/tickets/${name}`,
  };
}

/** Tickets that were handed out, newest first. */
export async function listTickets(desk: Pick<TicketDesk, 'db' | 'clock'>): Promise<ListedTicket[]> {
  const now = desk.clock.now();
  const rows = await desk.db
    .selectFrom('ticket')
    .innerJoin('practitioner', 'practitioner.id', 'ticket.practitioner_id')
    .selectAll('ticket')
    .select('name')
    .orderBy('issued_at', 'desc')
    .limit(1000)
    .execute();
  return rows.map((row) => ({
    id: row.jti,
    practitioner: row.name,
    issuedAt: row.issued_at,
    expiresAt: row.expires_at,
    state:
      row.used_by !== null
        ? 'used'
        : row.revoked_at !== null
          ? 'revoked'
          : row.expires_at < now
            ? 'expired'
            : 'open',
    device: row.used_by,
  }));
}

/** Withdraws a ticket that nobody has used. False where there is none of this id, or a device has used it. */
export async function revokeTicket(desk: TicketDesk, id: string, actor: Actor): Promise<boolean> {
  const revoked = await desk.db
    .updateTable('ticket')
    .set({ revoked_at: desk.clock.now() })
    .where('jti', '=', id)
    .where('used_by', 'is', null)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (revoked.numUpdatedRows !== 1n) return false;
  await createAuditTrail(desk)({ action: 'ticket-revoked', actor, outcome: '0', details: { ticket: id } });
  await removeSpentFiles(desk);
  return true;
}

/** A file whose ticket was used, withdrawn or has expired opens nothing for anybody: it does not stay. */
async function removeSpentFiles(desk: TicketDesk): Promise<void> {
  const spent = await desk.db
    .selectFrom('ticket')
    .select(['jti', 'file'])
    .where('file', 'is not', null)
    .where((where) =>
      where.or([
        where('used_by', 'is not', null),
        where('revoked_at', 'is not', null),
        where('expires_at', '<', desk.clock.now()),
      ]),
    )
    .execute();
  for (const { jti, file } of spent) {
    if (file !== null) await rm(join(desk.folder, file), { force: true });
    await desk.db.updateTable('ticket').set({ file: null }).where('jti', '=', jti).execute();
  }
}
