import type { ChartAnswer } from '@fieldchart/clinic-client';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { formatDateTime } from '../../i18n/format.ts';
import { usePalette } from '../../theme/theme.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Text } from '../../ui/Text.tsx';
import { usePlaceWords } from './usePlaceWords.ts';

interface VisitLineProps {
  readonly visit: Omit<ChartAnswer['visits'][number], 'delivery'>;
  /** Badges of its own beside the visit's. */
  readonly children?: ReactNode;
}

/** When and where a visit was, and whether it is over; to stand in a row. */
export function VisitLine({ visit, children }: VisitLineProps) {
  const { t, i18n } = useTranslation();
  const palette = usePalette();
  const { icon, words } = usePlaceWords()(visit.place);
  return (
    <>
      <Icon name={icon} size={24} color={palette.primary} />
      <View style={{ flex: 1, gap: 2 }}>
        <Text size="strong">
          {visit.start === null ? t('visit.noTime') : formatDateTime(visit.start, i18n.language)}
        </Text>
        <Text size="small" tone="muted">
          {visit.location === null || visit.location === '' ? words : `${words} · ${visit.location}`}
        </Text>
        <View style={{ flexDirection: 'row', flexWrap: 'wrap', gap: 6 }}>
          {visit.status === 'in-progress' ? (
            <Badge tone="warning" icon="progress-clock" label={t('visit.inProgress')} />
          ) : null}
          {children}
        </View>
      </View>
    </>
  );
}
