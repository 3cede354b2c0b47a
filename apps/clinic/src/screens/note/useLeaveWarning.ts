import type { NoteEditor } from '@fieldchart/clinic-client';
import { useEffect } from 'react';
import { Platform } from 'react-native';

/** Closing the page while something is not on the disk makes the browser ask first. */
export function useLeaveWarning(editor: Pick<NoteEditor, 'saveState'>): void {
  useEffect(() => {
    if (Platform.OS !== 'web') return;
    const warn = (event: BeforeUnloadEvent) => {
      if (editor.saveState().name !== 'saved') event.preventDefault();
    };
    globalThis.addEventListener('beforeunload', warn);
    return () => globalThis.removeEventListener('beforeunload', warn);
  }, [editor]);
}
