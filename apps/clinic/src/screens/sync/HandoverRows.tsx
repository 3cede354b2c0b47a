import type { Handover } from '@fieldchart/clinic-client';
import { systemClock } from '@fieldchart/foundation';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { formatMoment } from '../../i18n/format.ts';
import { testIds } from '../../testIds.ts';
import { usePalette } from '../../theme/theme.ts';
import { Card } from '../../ui/Card.tsx';
import { Text } from '../../ui/Text.tsx';
import { useResourceName } from './useResourceName.ts';

/** Where work for clients who left the caseload went. It names no client: their record has left this device. */
export function HandoverRows({ rows }: { readonly rows: readonly Handover[] }) {
  const { t, i18n } = useTranslation();
  const palette = usePalette();
  const resourceName = useResourceName();
  const ways = {
    arrived: t('sync.handedOver.arrived'),
    review: t('sync.handedOver.review'),
    sealed: t('sync.handedOver.sealed'),
  };
  return (
    <Card style={{ paddingVertical: 4 }} testID={testIds.sync.handedOver}>
      {rows.map((row, at) => (
        <View
          key={row.mutationId}
          style={{
            minHeight: 48,
            paddingVertical: 10,
            gap: 2,
            borderTopWidth: at === 0 ? 0 : 1,
            borderTopColor: palette.line,
          }}
        >
          <Text size="strong">{resourceName(row.resourceType)}</Text>
          <Text size="small">{ways[row.way]}</Text>
          <Text size="small" tone="muted">
            {t('sync.handedOver.receipt', {
              receipt: row.receipt.slice(0, 8),
              time: formatMoment(row.at, systemClock.now(), i18n.language),
            })}
          </Text>
        </View>
      ))}
    </Card>
  );
}
