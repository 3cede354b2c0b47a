import type { ServerNote } from '@fieldchart/clinic-client';
import { useTranslation } from 'react-i18next';
import { View } from 'react-native';
import { formatDateTime } from '../../i18n/format.ts';
import { useSession } from '../../session/ShellContext.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Page } from '../../ui/Page.tsx';
import { Risks } from '../../ui/RiskStrip.tsx';
import { Text } from '../../ui/Text.tsx';
import { NoteStatusBadge } from '../chart/NoteStatusBadge.tsx';
import { useNoteTitle } from '../chart/useNoteTitle.ts';
import { NoteText } from '../note/NoteView.tsx';
import { NotRead } from './NotRead.tsx';
import { ReadOnlyNotice } from './ReadOnlyNotice.tsx';
import { useServerRead } from './useServerRead.ts';

/** A note that is not on this device: read from the server where it was found there, or where somebody asks for it. */
export function NoteOnServer({ clientId, noteId }: { clientId: string; noteId: string }) {
  const { t } = useTranslation();
  const session = useSession();
  const { state, ask } = useServerRead(
    () => session.readNoteOnServer(noteId),
    session.wasFoundOnServer(`Composition/${noteId}`),
  );
  if (state.name === 'read') return <ReadNote note={state.value} />;
  return (
    <Page clientId={clientId} title={t('note.gone')} back={`/clients/${clientId}`}>
      <NotRead state={state} ask={ask} gone={{ title: t('note.gone'), text: t('note.goneText') }} />
    </Page>
  );
}

function ReadNote({ note }: { note: ServerNote }) {
  const { t, i18n } = useTranslation();
  const noteTitle = useNoteTitle();
  return (
    <Page
      title={noteTitle(note.title)}
      subtitle={note.clientName}
      back={`/clients/${note.clientId}`}
      width={720}
      scroll={{ tabIndex: 0 }}
      strip={<Risks risks={note.risks} />}
    >
      <ReadOnlyNotice where={note.where} clientId={note.clientId} />
      <View style={{ gap: 8 }}>
        <Text tone="muted">
          {formatDateTime(note.date, i18n.language)} · {note.authorName}
        </Text>
        <View style={{ flexDirection: 'row' }}>
          <NoteStatusBadge status={note.status} />
        </View>
      </View>
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
      <NoteText sections={note.sections} />
    </Page>
  );
}
