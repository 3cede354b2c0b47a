import type { OpenedTicket, TicketProblem } from '@fieldchart/clinic-client';
import { useState } from 'react';
import { useShell } from '../../session/ShellContext.tsx';
import { TicketForm } from './TicketForm.tsx';
import { ticketProblemKeys } from './ticketProblems.ts';

/** The ticket to enrol with, checked on the device. */
export function TicketStep({ onOpened }: { onOpened: (ticket: OpenedTicket) => void }) {
  const shell = useShell();
  const [problem, setProblem] = useState<TicketProblem | null>(null);
  return (
    <TicketForm
      problem={problem === null ? null : ticketProblemKeys[problem]}
      onTicket={async (ticket) => {
        setProblem(null);
        const outcome = await shell.openTicket(ticket);
        if (outcome.ok) onOpened(outcome.value);
        else setProblem(outcome.error.kind);
      }}
    />
  );
}
