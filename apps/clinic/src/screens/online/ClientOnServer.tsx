import type { ServerClient } from '@fieldchart/clinic-client';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../session/ShellContext.tsx';
import { testIds } from '../../testIds.ts';
import { Card } from '../../ui/Card.tsx';
import { Fact } from '../../ui/Fact.tsx';
import { Page, Section } from '../../ui/Page.tsx';
import { Risks } from '../../ui/RiskStrip.tsx';
import { Identity } from '../chart/Identity.tsx';
import { NotRead } from './NotRead.tsx';
import { NotesOnServer } from './NotesOnServer.tsx';
import { ReadOnlyNotice } from './ReadOnlyNotice.tsx';
import { useServerRead } from './useServerRead.ts';

/** A client who is not on this device: who they are, what to beware of, and their notes, to read alone. */
export function ClientOnServer({ clientId }: { clientId: string }) {
  const { t } = useTranslation();
  const session = useSession();
  const { state, ask } = useServerRead(
    () => session.readClientOnServer(clientId),
    session.wasFoundOnServer(`Patient/${clientId}`),
  );
  if (state.name === 'read') return <ReadClient client={state.value} />;
  return (
    <Page clientId={clientId} title={t('chart.gone')} back="/clients" titleTestID={testIds.chart.name}>
      <NotRead state={state} ask={ask} gone={{ title: t('chart.gone'), text: t('chart.goneText') }} />
    </Page>
  );
}

function ReadClient({ client }: { client: ServerClient }) {
  const { t } = useTranslation();
  return (
    <Page
      title={client.name}
      subtitle={<Identity chart={client} />}
      back="/clients"
      titleTestID={testIds.chart.name}
      strip={<Risks risks={client.risks} />}
    >
      <ReadOnlyNotice where="beyond-caseload" clientId={client.clientId} />
      {client.address === null && client.phone === null ? null : (
        <Card style={{ gap: 6 }}>
          {client.address === null ? null : <Fact label={t('chart.address')} value={client.address} />}
          {client.phone === null ? null : <Fact label={t('chart.phone')} value={client.phone} />}
        </Card>
      )}
      <Section title={t('online.notes')}>
        <NotesOnServer clientId={client.clientId} first={client.notes} />
      </Section>
    </Page>
  );
}
