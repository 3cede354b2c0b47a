import { z } from 'zod';
import { id } from '../fhir/primitives.ts';
import { bundle } from '../fhir/envelopes.ts';
import { LONGEST_RETENTION, SHORTEST_RETENTION } from './retention.ts';
import { agreementJwk, compactJwe, key256, numericDate, serverUrl, uuidText } from './keys.ts';

/** `typ` of the JWT inside a ticket. */
export const TICKET_TYPE = 'fieldchart-ticket+jwt';
export const TICKET_FILE_FORMAT = 'fieldchart-ticket/1';

export const practitionerRole = z.enum(['clinician', 'supervisor', 'administrator']);
export type PractitionerRole = z.infer<typeof practitionerRole>;

/** What an enrolment ticket says, signed by the organisation. */
export const ticketClaims = z.strictObject({
  /** The organisation's id. */
  iss: id,
  /** Single use: the server remembers it. */
  jti: z.string().min(1).max(128),
  iat: numericDate,
  exp: numericDate,
  /** The practitioner's id. */
  sub: id,
  practitioner_name: z.string().min(1).max(200),
  role: practitionerRole,
  organization_name: z.string().min(1).max(200),
  /** Base address of the server, without a slash at its end. */
  server: serverUrl,
  rescue_key: agreementJwk,
  /** Opens the starter caseload of the ticket file. */
  caseload_key: key256.optional(),
  /** The organisation's policy: after so many wrong secrets in a row the device destroys its key record. */
  erase_after_attempts: z.int().min(5).max(100).optional(),
  /** The organisation's policy: for how many days closed records stay on devices. Absent: as long as their client. */
  retention_days: z.int().min(SHORTEST_RETENTION).max(LONGEST_RETENTION).optional(),
  /** Only the device of this id may use the ticket: it answers that device's rescue request. */
  device: uuidText.optional(),
  /** The device that this one replaces. */
  replaces: uuidText.optional(),
});
export type TicketClaims = z.infer<typeof ticketClaims>;

/** A ticket as text: its name, a compact JWE, a checksum. */
export const carriedTicket = z
  .string()
  .regex(/^FIELDCHART1(\.[A-Za-z0-9_-]+){6}$/u, { message: 'not the text of a ticket' });

/** A `.fieldchart` file: the ticket, and the starter caseload encrypted with the key inside the ticket. */
export const ticketFile = z.strictObject({
  format: z.literal(TICKET_FILE_FORMAT),
  ticket: carriedTicket,
  caseload: compactJwe.optional(),
});
export type TicketFile = z.infer<typeof ticketFile>;

/** The starter caseload: resources with their versions, and the feed's cursor from which to go on. */
export const caseloadFile = z.strictObject({
  cursor: z.string().min(1).max(4096),
  bundle: bundle.refine((value) => value.type === 'collection', { message: 'not a collection' }),
});
export type CaseloadFile = z.infer<typeof caseloadFile>;
