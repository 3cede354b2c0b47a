import type { ServerClient } from '@fieldchart/clinic-client';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { formatDateTime } from '../../i18n/format.ts';
import { testIds } from '../../testIds.ts';
import { usePalette } from '../../theme/theme.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Text } from '../../ui/Text.tsx';

/** What a client who is not on this device agreed to, and whether it is in force. */
export function ConsentOnServer({ consent }: { consent: ServerClient['consents']['rows'][number] }) {
  const { t, i18n } = useTranslation();
  const palette = usePalette();
  return (
    <View
      testID={testIds.online.consent(consent.consentId)}
      style={{ flexDirection: 'row', gap: 12, padding: 8 }}
    >
      <Icon name="file-sign" color={palette.primary} />
      <View style={{ flex: 1, gap: 3, alignItems: 'flex-start' }}>
        <Text size="strong">{consent.title === '' ? t('chart.consent') : consent.title}</Text>
        {consent.signedAt === null ? null : (
          <Text size="small" tone="muted">
            {t('consent.signedAt', { time: formatDateTime(consent.signedAt, i18n.language) })}
          </Text>
        )}
        <Badge label={consent.status === 'active' ? t('consent.active') : t('consent.inactive')} />
      </View>
    </View>
  );
}
