import type { NoteAnswer } from '@fieldchart/clinic-client';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { formatDateTime } from '../../i18n/format.ts';
import { testIds } from '../../testIds.ts';
import { Card } from '../../ui/Card.tsx';
import { DeliveryBadge } from '../../ui/DeliveryBadge.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Page } from '../../ui/Page.tsx';
import { Heading, Text } from '../../ui/Text.tsx';
import { AttentionNotice } from '../attention/AttentionNotice.tsx';
import { NoteStatusBadge } from '../chart/NoteStatusBadge.tsx';
import { useNoteTitle } from '../chart/useNoteTitle.ts';
import { useSectionLabel } from './useSectionLabel.ts';

/** A note to read: signed, or someone else's draft. */
export function NoteView({ note }: { note: NoteAnswer }) {
  const { t, i18n } = useTranslation();
  const noteTitle = useNoteTitle();
  return (
    <Page
      clientId={note.clientId}
      title={noteTitle(note.title)}
      subtitle={note.clientName}
      back={`/clients/${note.clientId}`}
      width={720}
      scroll={{ tabIndex: 0 }}
    >
      <View style={{ gap: 8 }}>
        <Text tone="muted">
          {formatDateTime(note.date, i18n.language)} · {note.authorName}
        </Text>
        <View style={{ flexDirection: 'row', flexWrap: 'wrap', gap: 8 }}>
          <NoteStatusBadge status={note.status} />
          <DeliveryBadge delivery={note.delivery} />
        </View>
      </View>
      {note.attentionId === null ? null : (
        <AttentionNotice attentionId={note.attentionId} inConflict={note.inConflict} />
      )}
      {note.signedAt === null ? null : (
        <Notice
          tone="good"
          title={t('note.signedBy', {
            name: note.signedBy ?? note.authorName,
            time: formatDateTime(note.signedAt, i18n.language),
          })}
          text={t('note.locked')}
        />
      )}
      {note.status === 'preliminary' && !note.mine ? (
        <Notice tone="info" title={t('note.foreignDraft', { name: note.authorName })} />
      ) : null}
      <NoteText sections={note.sections} />
    </Page>
  );
}

/** The text of a note, section by section. */
export function NoteText({ sections }: { sections: NoteAnswer['sections'] }) {
  const { t } = useTranslation();
  const sectionLabel = useSectionLabel();
  return (
    <Card testID={testIds.note.text} style={{ gap: 20 }}>
      {sections.map(({ code, labelKey, text }) => (
        <View key={code} style={{ gap: 4 }}>
          <Heading level={2}>{sectionLabel(labelKey)}</Heading>
          {text === '' ? (
            <Text tone="muted">{t('note.emptySection')}</Text>
          ) : (
            <Text style={{ fontSize: 17, lineHeight: 26 }}>{text}</Text>
          )}
        </View>
      ))}
    </Card>
  );
}
