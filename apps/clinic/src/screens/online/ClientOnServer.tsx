import type { ServerClient } from '@fieldchart/clinic-client';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../session/ShellContext.tsx';
import { testIds } from '../../testIds.ts';
import { Card } from '../../ui/Card.tsx';
import { Fact } from '../../ui/Fact.tsx';
import { Page, Section } from '../../ui/Page.tsx';
import { Risks } from '../../ui/RiskStrip.tsx';
import { Identity } from '../chart/Identity.tsx';
import { NoteLink } from '../chart/NoteLink.tsx';
import { ConsentOnServer } from './ConsentOnServer.tsx';
import { NotRead } from './NotRead.tsx';
import { ReadOnlyNotice } from './ReadOnlyNotice.tsx';
import { RowsOnServer } from './RowsOnServer.tsx';
import { useServerRead } from './useServerRead.ts';
import { VisitOnServer } from './VisitOnServer.tsx';

/** A client who is not on this device: who they are, what to beware of, their notes, visits and consents, to read alone. */
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
  const { me } = useSession();
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
        <RowsOnServer
          first={client.notes}
          none={me.role === 'administrator' ? t('online.noNotesForRole') : t('online.noNotes')}
          older={{ label: t('online.olderNotes'), testID: testIds.online.olderNotes }}
          render={(note) => <NoteLink key={note.noteId} clientId={client.clientId} note={note} />}
        />
      </Section>
      {me.role === 'administrator' ? null : (
        <>
          <Section title={t('online.visits')}>
            <RowsOnServer
              first={client.visits}
              none={t('online.noVisits')}
              older={{ label: t('online.olderVisits'), testID: testIds.online.olderVisits }}
              render={(visit) => <VisitOnServer key={visit.visitId} visit={visit} />}
            />
          </Section>
          <Section title={t('chart.consents')}>
            <RowsOnServer
              first={client.consents}
              none={t('online.noConsents')}
              older={{ label: t('online.olderConsents'), testID: testIds.online.olderConsents }}
              render={(consent) => <ConsentOnServer key={consent.consentId} consent={consent} />}
            />
          </Section>
        </>
      )}
    </Page>
  );
}
