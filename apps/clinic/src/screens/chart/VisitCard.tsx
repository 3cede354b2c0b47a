import type { ChartAnswer, NoteSummary } from '@fieldchart/clinic-client';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { formatDateTime } from '../../i18n/format.ts';
import { testIds } from '../../testIds.ts';
import { usePalette } from '../../theme/theme.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Card } from '../../ui/Card.tsx';
import { DeliveryBadge } from '../../ui/DeliveryBadge.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { TapLink } from '../../ui/TapLink.tsx';
import { Text } from '../../ui/Text.tsx';
import { NoteLink } from './NoteLink.tsx';
import { usePlaceWords } from './usePlaceWords.ts';

export type Visit = ChartAnswer['visits'][number];

interface VisitCardProps {
  readonly clientId: string;
  readonly visit: Visit;
  readonly notes: readonly NoteSummary[];
}

/** A visit in the chart, with the notes written of it. */
export const VisitCard = memo(function VisitCard({ clientId, visit, notes }: VisitCardProps) {
  const { t, i18n } = useTranslation();
  const palette = usePalette();
  const { icon, words } = usePlaceWords()(visit.place);
  return (
    <Card style={{ padding: 8, gap: 4 }}>
      <TapLink
        to={`/clients/${clientId}/visits/${visit.visitId}`}
        testID={testIds.chart.visit(visit.visitId)}
        style={{ padding: 8, borderRadius: 10, flexDirection: 'row', gap: 12, minHeight: 48 }}
      >
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
            <DeliveryBadge delivery={visit.delivery} />
          </View>
        </View>
      </TapLink>
      {notes.map((note) => (
        <NoteLink key={note.noteId} clientId={clientId} note={note} />
      ))}
    </Card>
  );
});
