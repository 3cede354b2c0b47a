import { type Result, fail, ok } from '@fieldchart/foundation';
import { isObject } from './ticketClaims.ts';

/** A ticket as it was pasted, scanned or read from a file. */
export interface TicketFile {
  /** The ticket's own text, checksum and all. */
  readonly ticket: string;
  /** The starter caseload, compact JWE; null where the ticket came alone. */
  readonly caseload: string | null;
}

/** Characters of a ticket's own text. One is about 1,400. */
export const LONGEST_TICKET = 16_384;
/** Characters of a file with its caseload, compressed. */
export const LONGEST_TICKET_FILE = 64 * 1024 * 1024;

/** Tells a `.fieldchart` file from a ticket's bare text, which may be broken into lines. */
export function parseTicketFile(
  text: string,
): Result<TicketFile, { kind: 'malformed' | 'truncated' | 'too-large' }> {
  if (text.length > LONGEST_TICKET_FILE) return fail({ kind: 'too-large' });
  const trimmed = text.replace(/^\uFEFF/u, '').trim();
  if (trimmed.startsWith('{')) return fromJson(trimmed);
  if (trimmed.length > LONGEST_TICKET) return fail({ kind: 'too-large' });
  return trimmed === '' ? fail({ kind: 'malformed' }) : ok({ ticket: trimmed, caseload: null });
}

function fromJson(text: string): Result<TicketFile, { kind: 'malformed' | 'truncated' | 'too-large' }> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // A file of ours that was cut off begins as one and does not end as one.
    return fail({ kind: text.startsWith('{"format":"fieldchart-ticket/1"') ? 'truncated' : 'malformed' });
  }
  if (!isObject(value) || value['format'] !== 'fieldchart-ticket/1') return fail({ kind: 'malformed' });
  const { ticket, caseload = null } = value;
  if (typeof ticket !== 'string' || (caseload !== null && typeof caseload !== 'string')) {
    return fail({ kind: 'malformed' });
  }
  if (ticket.length > LONGEST_TICKET) return fail({ kind: 'too-large' });
  return ok({ ticket, caseload });
}
