import type { ServerClient } from '@fieldchart/clinic-client';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { formatDateTime } from '../../i18n/format.ts';
import { testIds } from '../../testIds.ts';
import { usePalette } from '../../theme/theme.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Text } from '../../ui/Text.tsx';
import { usePlaceWords } from '../chart/usePlaceWords.ts';

/** A visit of a client who is not on this device: when, where, and whether it is over. */
export function VisitOnServer({ visit }: { visit: ServerClient['visits']['rows'][number] }) {
  const { t, i18n } = useTranslation();
  const palette = usePalette();
  const { icon, words } = usePlaceWords()(visit.place);
  return (
    <View testID={testIds.online.visit(visit.visitId)} style={{ flexDirection: 'row', gap: 12, padding: 8 }}>
      <Icon name={icon} size={24} color={palette.primary} />
      <View style={{ flex: 1, gap: 2, alignItems: 'flex-start' }}>
        <Text size="strong">
          {visit.start === null ? t('visit.noTime') : formatDateTime(visit.start, i18n.language)}
        </Text>
        <Text size="small" tone="muted">
          {visit.location === null || visit.location === '' ? words : `${words} · ${visit.location}`}
        </Text>
        {visit.status === 'in-progress' ? (
          <Badge tone="warning" icon="progress-clock" label={t('visit.inProgress')} />
        ) : null}
      </View>
    </View>
  );
}
