import type { ChartAnswer } from '@fieldchart/clinic-client';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { formatDateTime } from '../../i18n/format.ts';
import { testIds } from '../../testIds.ts';
import { usePalette } from '../../theme/theme.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Card } from '../../ui/Card.tsx';
import { DeliveryBadge } from '../../ui/DeliveryBadge.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Section } from '../../ui/Page.tsx';
import { TapLink } from '../../ui/TapLink.tsx';
import { Text } from '../../ui/Text.tsx';

interface ConsentListProps {
  readonly clientId: string;
  readonly consents: ChartAnswer['consents'];
  /** Older ones are kept on the server only. */
  readonly elsewhere: boolean;
}

/** What the client agreed to; that there is nothing yet is said as well. */
export function ConsentList({ clientId, consents, elsewhere }: ConsentListProps) {
  const { t, i18n } = useTranslation();
  const palette = usePalette();
  return (
    <Section title={t('chart.consents')}>
      <Card style={{ padding: 8, gap: 4 }}>
        {consents.length === 0 ? (
          <Text tone="muted" style={{ padding: 8 }}>
            {elsewhere ? t('older.noConsentsHere') : t('chart.noConsents')}
          </Text>
        ) : null}
        {consents.map((consent) => (
          <TapLink
            key={consent.consentId}
            to={`/clients/${clientId}/consents/${consent.consentId}`}
            testID={testIds.chart.consentRow(consent.consentId)}
            style={{ padding: 8, borderRadius: 10, flexDirection: 'row', gap: 12, minHeight: 48 }}
          >
            <Icon name="file-sign" color={palette.primary} />
            <View style={{ flex: 1, gap: 3 }}>
              <Text size="strong">{consent.title === '' ? t('chart.consent') : consent.title}</Text>
              {consent.signedAt === null ? null : (
                <Text size="small" tone="muted">
                  {t('consent.signedAt', { time: formatDateTime(consent.signedAt, i18n.language) })}
                </Text>
              )}
              <View style={{ flexDirection: 'row', flexWrap: 'wrap', gap: 6 }}>
                <Badge label={consent.status === 'active' ? t('consent.active') : t('consent.inactive')} />
                <DeliveryBadge delivery={consent.delivery} />
              </View>
            </View>
          </TapLink>
        ))}
      </Card>
    </Section>
  );
}
