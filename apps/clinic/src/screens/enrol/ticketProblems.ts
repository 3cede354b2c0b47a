import type { TicketProblem } from '@fieldchart/clinic-client';
import type { ParseKeys } from 'i18next';

/** What is wrong with a ticket, what is safe, and what to do, for each thing that can be wrong. */
export const ticketProblemKeys: Record<
  TicketProblem,
  { readonly title: ParseKeys; readonly text: ParseKeys }
> = {
  'wrong-code': { title: 'ticket.wrongCode.title', text: 'ticket.wrongCode.text' },
  'code-mistyped': { title: 'ticket.codeMistyped.title', text: 'ticket.codeMistyped.text' },
  'wrong-kind': { title: 'ticket.wrongKind.title', text: 'ticket.wrongKind.text' },
  truncated: { title: 'ticket.truncated.title', text: 'ticket.truncated.text' },
  altered: { title: 'ticket.altered.title', text: 'ticket.altered.text' },
  'wrong-type': { title: 'ticket.wrongType.title', text: 'ticket.wrongType.text' },
  forged: { title: 'ticket.forged.title', text: 'ticket.forged.text' },
  expired: { title: 'ticket.expired.title', text: 'ticket.expired.text' },
  malformed: { title: 'ticket.malformed.title', text: 'ticket.malformed.text' },
  'too-large': { title: 'ticket.tooLarge.title', text: 'ticket.tooLarge.text' },
  'wrong-organization': { title: 'ticket.wrongOrganization.title', text: 'ticket.wrongOrganization.text' },
  'organization-unknown': {
    title: 'ticket.organizationUnknown.title',
    text: 'ticket.organizationUnknown.text',
  },
  'already-enrolled': { title: 'ticket.alreadyEnrolled.title', text: 'ticket.alreadyEnrolled.text' },
};
