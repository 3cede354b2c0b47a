import { useLocalSearchParams } from 'expo-router';
import { useTranslation } from 'react-i18next';
import { useLive } from '../../session/useLive.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { Page } from '../../ui/Page.tsx';
import { NoteEditorLoader } from './NoteEditorLoader.tsx';
import { NoteView } from './NoteView.tsx';

/** A note: written in while it is one's own draft, read otherwise. */
export function NoteScreen() {
  const { t } = useTranslation();
  const { clientId, noteId } = useLocalSearchParams<{ clientId: string; noteId: string }>();
  const note = useLive({ kind: 'note', noteId });
  if (note === undefined) return <Loading />;
  if (note === null) {
    return (
      <Page clientId={clientId} title={t('note.gone')} back={`/clients/${clientId}`}>
        <EmptyState icon="file-question-outline" title={t('note.gone')} text={t('note.goneText')} />
      </Page>
    );
  }
  if (note.status !== 'preliminary' || !note.mine) return <NoteView note={note} />;
  // Only what never changes while writing goes down, so that a commit re-renders no text field.
  return (
    <NoteEditorLoader
      key={noteId}
      noteId={noteId}
      clientId={note.clientId}
      clientName={note.clientName}
      title={note.title}
      attentionId={note.attentionId}
      inConflict={note.inConflict}
      back={note.visitId === null ? `/clients/${clientId}` : `/clients/${clientId}/visits/${note.visitId}`}
    />
  );
}
