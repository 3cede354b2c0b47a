import type { ChartAnswer } from '@fieldchart/clinic-client';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { formatDateTime } from '../../i18n/format.ts';
import { useLive } from '../../session/useLive.ts';
import { testIds } from '../../testIds.ts';
import { Card } from '../../ui/Card.tsx';
import { DeliveryBadge } from '../../ui/DeliveryBadge.tsx';
import { Text } from '../../ui/Text.tsx';

/** When the client is seen next, by which program, and how they are reached. */
export function ChartFacts({ chart }: { chart: ChartAnswer }) {
  const { t, i18n } = useTranslation();
  const standing = useLive({ kind: 'standing', clientId: chart.clientId });
  const next = standing?.nextVisit ?? null;
  const programs = standing?.programs ?? [];
  return (
    <Card style={{ gap: 6 }}>
      {standing === undefined ? null : (
        <Line
          label={t('chart.nextVisit')}
          value={next === null ? t('chart.noNextVisit') : formatDateTime(next, i18n.language)}
          testID={testIds.chart.nextVisit}
        />
      )}
      {programs.length === 0 ? null : (
        <Line label={t('chart.program')} value={programs.join(', ')} testID={testIds.chart.program} />
      )}
      {chart.address === null ? null : <Line label={t('chart.address')} value={chart.address} />}
      {chart.phone === null ? null : <Line label={t('chart.phone')} value={chart.phone} />}
      {chart.delivery.state === 'server' ? null : (
        <View style={{ alignItems: 'flex-start' }}>
          <DeliveryBadge delivery={chart.delivery} />
        </View>
      )}
    </Card>
  );
}

interface LineProps {
  readonly label: string;
  readonly value: string;
  readonly testID?: string;
}

function Line({ label, value, testID }: LineProps) {
  return (
    <Text testID={testID}>
      <Text tone="muted">{label}: </Text>
      {value}
    </Text>
  );
}
