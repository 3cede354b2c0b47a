import type { NoteSummary } from '@fieldchart/clinic-client';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { formatDate } from '../../i18n/format.ts';
import { testIds } from '../../testIds.ts';
import { usePalette } from '../../theme/theme.ts';
import { DeliveryBadge } from '../../ui/DeliveryBadge.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { TapLink } from '../../ui/TapLink.tsx';
import { Text } from '../../ui/Text.tsx';
import { NoteStatusBadge } from './NoteStatusBadge.tsx';
import { useNoteTitle } from './useNoteTitle.ts';

/** A note in the chart: what it is, whose, and its first words. */
export function NoteLink({ clientId, note }: { clientId: string; note: NoteSummary }) {
  const { i18n } = useTranslation();
  const noteTitle = useNoteTitle();
  const palette = usePalette();
  return (
    <TapLink
      to={`/clients/${clientId}/notes/${note.noteId}`}
      testID={testIds.chart.note(note.noteId)}
      style={{
        padding: 10,
        borderRadius: 10,
        flexDirection: 'row',
        gap: 12,
        backgroundColor: palette.background,
      }}
    >
      <Icon name="file-document-outline" color={palette.muted} />
      <View style={{ flex: 1, gap: 3 }}>
        <Text size="strong">{noteTitle(note.title)}</Text>
        <Text size="small" tone="muted">
          {formatDate(note.date, i18n.language)} · {note.authorName}
        </Text>
        {note.preview === '' ? null : (
          <Text size="small" numberOfLines={2}>
            {note.preview}
          </Text>
        )}
        <View style={{ flexDirection: 'row', flexWrap: 'wrap', gap: 6 }}>
          <NoteStatusBadge status={note.status} />
          <DeliveryBadge delivery={note.delivery} />
        </View>
      </View>
    </TapLink>
  );
}
