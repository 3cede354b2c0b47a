import { useLocalSearchParams } from 'expo-router';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { formatDateTime } from '../../i18n/format.ts';
import { useSession } from '../../session/ShellContext.tsx';
import { useLive } from '../../session/useLive.ts';
import { useWork } from '../../session/useWork.ts';
import { testIds } from '../../testIds.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { DeliveryBadge } from '../../ui/DeliveryBadge.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Page } from '../../ui/Page.tsx';
import { Text } from '../../ui/Text.tsx';
import { AttentionNotice } from '../attention/AttentionNotice.tsx';
import { useOpenPdf } from './useOpenPdf';

/** A signed consent: when, its receipt, and the copy for the client. */
export function ConsentScreen() {
  const { t, i18n } = useTranslation();
  const { clientId, consentId } = useLocalSearchParams<{ clientId: string; consentId: string }>();
  const consent = useLive({ kind: 'consent', consentId });
  const openPdf = useOpenPdf();
  const session = useSession();
  const { busy, failed, run } = useWork();
  const back = `/clients/${clientId}`;
  if (consent === undefined) return <Loading />;
  if (consent === null) {
    return (
      <Page clientId={clientId} title={t('consent.gone')} back={back}>
        <EmptyState icon="file-question-outline" title={t('consent.gone')} text={t('consent.goneText')} />
      </Page>
    );
  }
  const { pdf } = consent;
  return (
    <Page
      clientId={clientId}
      title={consent.title === '' ? t('chart.consent') : consent.title}
      subtitle={consent.clientName}
      back={back}
      width={680}
    >
      {consent.attentionId === null ? null : (
        <AttentionNotice attentionId={consent.attentionId} inConflict={false} />
      )}
      <Card>
        {consent.signedAt === null ? null : (
          <Text size="strong">
            {t('consent.signedAt', { time: formatDateTime(consent.signedAt, i18n.language) })}
          </Text>
        )}
        <View style={{ flexDirection: 'row', flexWrap: 'wrap', gap: 8 }}>
          <Badge
            icon="file-lock-outline"
            label={consent.status === 'active' ? t('consent.active') : t('consent.inactive')}
          />
          <DeliveryBadge delivery={consent.delivery} />
        </View>
        {pdf === null || openPdf === null ? null : (
          <Button
            label={t('consent.openPdf')}
            icon="file-pdf-box"
            testID={testIds.consent.openPdf}
            busy={busy}
            onPress={() =>
              run(async () => {
                await session.recordExport({ consentId });
                openPdf(pdf);
              })
            }
          />
        )}
        {failed ? (
          <Notice tone="error" announce title={t('work.failed')} text={t('work.failedText')} />
        ) : null}
        <Text size="small" tone="muted">
          {t('consent.copy')}
        </Text>
      </Card>
    </Page>
  );
}
