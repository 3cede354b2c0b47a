import type { NoteEditor } from '@fieldchart/clinic-client';
import { memo, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { rethrowLater } from '../../session/rethrowLater.ts';
import { useSession, useShell } from '../../session/ShellContext.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Page } from '../../ui/Page.tsx';
import { NoteFields } from './NoteFields.tsx';

export interface NoteEditorLoaderProps {
  readonly noteId: string;
  readonly clientId: string;
  readonly clientName: string;
  readonly title: string;
  readonly back: string;
  /** Where it needs a person: refused, or in conflict. */
  readonly attentionId: string | null;
  readonly inConflict: boolean;
}

/** An editor, and leaving it: however often it is asked for, the note is closed once. */
export interface OpenedEditor {
  readonly editor: NoteEditor;
  readonly leave: () => Promise<void>;
}

/** Opens the editor when the screen is entered and closes it when it is left. */
export const NoteEditorLoader = memo(function NoteEditorLoader(props: NoteEditorLoaderProps) {
  const { t } = useTranslation();
  const session = useSession();
  const shell = useShell();
  const [opened, setOpened] = useState<OpenedEditor | 'refused' | null>(null);
  useEffect(() => {
    let left = false;
    let closing: Promise<void> | undefined;
    const opening = session.openEditor(props.noteId);
    const leave = () => (closing ??= opening.then((editor) => editor.close()));
    opening
      .then((editor) => {
        if (!left) setOpened({ editor, leave });
      })
      .catch((cause: unknown) => {
        setOpened('refused');
        rethrowLater(cause);
      });
    return () => {
      left = true;
      leave().catch((cause: unknown) => {
        // A lock flushes and ends the editor by itself before this screen goes.
        if (shell.phase().name === 'unlocked') rethrowLater(cause);
      });
    };
  }, [session, shell, props.noteId]);

  if (opened === null) return <Loading />;
  if (opened === 'refused') {
    return (
      <Page clientId={props.clientId} title={t('note.title')} back={props.back}>
        <Notice tone="error" announce title={t('note.notOpened')} text={t('note.notOpenedText')} />
      </Page>
    );
  }
  return <NoteFields {...opened} {...props} />;
});
