import type { RegistrationState, RehomeOutcome } from '@fieldchart/clinic-client';
import type { ParseKeys } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSync } from '../../session/useLive.ts';
import { useSession } from '../../session/ShellContext.tsx';
import { testIds } from '../../testIds.ts';
import { Card } from '../../ui/Card.tsx';
import { Fact } from '../../ui/Fact.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { TicketForm } from '../enrol/TicketForm.tsx';
import { ticketProblemKeys } from '../enrol/ticketProblems.ts';

type Problem = Extract<RehomeOutcome, { ok: false }>['error']['kind'];

const problemKeys: Record<Problem, { readonly title: ParseKeys; readonly text: ParseKeys }> = {
  ...ticketProblemKeys,
  'other-practitioner': { title: 'rehome.other.title', text: 'rehome.other.text' },
  'other-server': { title: 'rehome.otherServer.title', text: 'rehome.otherServer.text' },
};

/** Why the server does not know this device. */
const refusalKeys: Record<Exclude<RegistrationState, 'waiting' | 'registered'>, ParseKeys> = {
  ticket_used: 'rehome.used',
  ticket_revoked: 'rehome.revoked',
  ticket_expired: 'rehome.expired',
  ticket_invalid: 'rehome.invalid',
  ticket_not_for_device: 'rehome.notForDevice',
  proof_invalid: 'rehome.proof',
  invalid_request: 'rehome.refused',
};

/** The server does not take this device with the ticket it has: what is safe, and the way on with a new one. */
export function RehomeCard() {
  const { t } = useTranslation();
  const session = useSession();
  const { registration } = useSync();
  const [problem, setProblem] = useState<Problem | null>(null);
  if (registration === 'registered' || registration === 'waiting') return null;
  return (
    <Card style={{ gap: 16 }}>
      <Notice
        tone="warning"
        announce
        testID={testIds.sync.refused}
        title={t(refusalKeys[registration] as 'rehome.used')}
        text={t('rehome.safe')}
      />
      <Fact
        label={t('settings.deviceKey')}
        value={session.deviceFingerprint}
        mono
        testID={testIds.sync.deviceKey}
      />
      <TicketForm
        problem={problem === null ? null : problemKeys[problem]}
        onTicket={async (ticket) => {
          setProblem(null);
          const rehomed = await session.rehome(ticket);
          if (!rehomed.ok) setProblem(rehomed.error.kind);
        }}
      />
    </Card>
  );
}
