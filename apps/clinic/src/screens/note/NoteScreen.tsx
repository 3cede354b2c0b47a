import { useLocalSearchParams } from 'expo-router';
import { useLive } from '../../session/useLive.ts';
import { Loading } from '../../ui/Loading.tsx';
import { NoteOnServer } from '../online/NoteOnServer.tsx';
import { NoteEditorLoader } from './NoteEditorLoader.tsx';
import { NoteView } from './NoteView.tsx';

/** A note: written in while it is one's own draft, read otherwise. */
export function NoteScreen() {
  const { clientId, noteId } = useLocalSearchParams<{ clientId: string; noteId: string }>();
  const note = useLive({ kind: 'note', noteId });
  if (note === undefined) return <Loading />;
  if (note === null) return <NoteOnServer key={noteId} clientId={clientId} noteId={noteId} />;
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
