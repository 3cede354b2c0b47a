import type { HandedTicket } from '../identity/ticketDesk.ts';

/** A ticket as it is printed. The activation code is meant to reach the clinician another way than the ticket. */
export function describeTicket(ticket: HandedTicket): string {
  return [
    `${ticket.practitioner} (${ticket.role})`,
    `  activation code  ${ticket.activationCode}`,
    `  ticket file      ${ticket.path}`,
    `  download         ${ticket.url}`,
    `  ticket text      ${ticket.ticket}`,
  ].join('\n');
}
