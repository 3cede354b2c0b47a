import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { foldText } from '@fieldchart/clinical';
import { type Clock, type Random, type Result, base64UrlEncode, fail, ok } from '@fieldchart/foundation';
import { createAuditTrail } from '../audit/auditTrail.ts';
import { readCaseloadFile } from '../fhir/caseloadFile.ts';
import type { Database } from '../storage/openStorage.ts';
import type { PractitionerTable } from '../storage/tables.ts';
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
  readonly practitioner: string;
  readonly role: string;
  readonly ticket: string;
  readonly activationCode: string;
  readonly path: string;
  readonly url: string;
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
): Promise<HandedTicket> {
  const caseload = await readCaseloadFile(desk.db, practitioner.id);
  const issued = await issueTicket(desk, desk.organization, practitioner, caseload);
  await createAuditTrail(desk)({
    action: 'ticket-issued',
    actor: { practitionerId: null, deviceId: null, role: 'system' },
    outcome: '0',
    what: [`Practitioner/${practitioner.id}`],
  });
  const name = `${base64UrlEncode(desk.random.bytes(18))}.fieldchart`;
  const path = join(desk.folder, name);
  await mkdir(desk.folder, { recursive: true, mode: 0o700 });
  await writeFile(path, JSON.stringify(issued.file), { mode: 0o600 });
  return {
    practitioner: practitioner.name,
    role: practitioner.role,
    ticket: issued.ticket,
    activationCode: issued.activationCode,
    path,
    url: `${desk.organization.baseUrl}/tickets/${name}`,
  };
}
