import type { NoteEditor } from '@fieldchart/clinic-client';
import { memo, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { rethrowLater } from '../../session/rethrowLater.ts';
import { useSession } from '../../session/ShellContext.tsx';
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
}

/** Opens the editor when the screen is entered and closes it when it is left. */
export const NoteEditorLoader = memo(function NoteEditorLoader(props: NoteEditorLoaderProps) {
  const { t } = useTranslation();
  const session = useSession();
  const [editor, setEditor] = useState<NoteEditor | 'refused' | null>(null);
  useEffect(() => {
    let left = false;
    const opening = session.openEditor(props.noteId);
    opening
      .then((opened) => {
        if (!left) setEditor(opened);
      })
      .catch((cause: unknown) => {
        setEditor('refused');
        rethrowLater(cause);
      });
    return () => {
      left = true;
      opening.then((opened) => opened.close()).catch(rethrowLater);
    };
  }, [session, props.noteId]);

  if (editor === null) return <Loading />;
  if (editor === 'refused') {
    return (
      <Page title={t('note.title')} back={props.back}>
        <Notice tone="error" announce title={t('note.notOpened')} text={t('note.notOpenedText')} />
      </Page>
    );
  }
  return <NoteFields editor={editor} {...props} />;
});
