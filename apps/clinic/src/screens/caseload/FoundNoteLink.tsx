import type { FoundNoteRow, NoteOnServer } from '@fieldchart/clinic-client';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { formatDate } from '../../i18n/format.ts';
import { testIds } from '../../testIds.ts';
import { usePalette } from '../../theme/theme.ts';
import { DeliveryBadge } from '../../ui/DeliveryBadge.tsx';
import { TapLink } from '../../ui/TapLink.tsx';
import { Text } from '../../ui/Text.tsx';
import { NoteStatusBadge } from '../chart/NoteStatusBadge.tsx';
import { useNoteTitle } from '../chart/useNoteTitle.ts';
import { WhereBadge } from './WhereBadge.tsx';

/** A note that was found, here or on the server: about whom, when, by whom, and the words in their sentence. */
export const FoundNoteLink = memo(function FoundNoteLink({
  row,
  ofClient = false,
}: {
  row: FoundNoteRow | NoteOnServer;
  /** The list is of one client, who is named above it. */
  ofClient?: boolean;
}) {
  const { i18n } = useTranslation();
  const palette = usePalette();
  const noteTitle = useNoteTitle();
  return (
    <TapLink
      to={`/clients/${row.clientId}/notes/${row.noteId}`}
      testID={'where' in row ? testIds.online.note(row.noteId) : testIds.found.note(row.noteId)}
      style={{
        gap: 2,
        padding: 12,
        borderRadius: 14,
        borderWidth: 1,
        borderColor: palette.line,
        backgroundColor: palette.surface,
      }}
    >
      <Text size="strong" numberOfLines={1}>
        {ofClient ? noteTitle(row.title) : row.clientName}
      </Text>
      <Text size="small" tone="muted">
        {ofClient ? '' : `${noteTitle(row.title)} · `}
        {formatDate(row.date, i18n.language)} · {row.authorName}
      </Text>
      {row.snippet.length === 0 ? null : (
        <Text size="small" numberOfLines={3}>
          {row.snippet.map((part, at) =>
            part.marked ? (
              <Text
                // The parts of one snippet have no other name than their place.
                // oxlint-disable-next-line react/no-array-index-key
                key={at}
                size="small"
                style={{
                  fontWeight: '700',
                  color: palette.onPrimaryContainer,
                  backgroundColor: palette.primaryContainer,
                }}
              >
                {part.text}
              </Text>
            ) : (
              part.text
            ),
          )}
        </Text>
      )}
      <View style={{ flexDirection: 'row', flexWrap: 'wrap', gap: 6, paddingTop: 4 }}>
        <NoteStatusBadge status={row.status} />
        {'where' in row ? <WhereBadge where={row.where} /> : <DeliveryBadge delivery={row.delivery} />}
      </View>
    </TapLink>
  );
});
