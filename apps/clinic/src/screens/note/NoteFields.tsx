import type { NoteEditor } from '@fieldchart/clinic-client';
import { router } from 'expo-router';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { View, type ScrollView } from 'react-native';
import { useWork } from '../../session/useWork.ts';
import { testIds } from '../../testIds.ts';
import { usePalette } from '../../theme/theme.ts';
import { Button } from '../../ui/Button.tsx';
import { Page } from '../../ui/Page.tsx';
import type { NoteEditorLoaderProps, OpenedEditor } from './NoteEditorLoader.tsx';
import { AttentionNotice } from '../attention/AttentionNotice.tsx';
import { useNoteTitle } from '../chart/useNoteTitle.ts';
import { SaveBadge } from './SaveBadge.tsx';
import { SectionInput, type Caret } from './SectionInput.tsx';
import { useLeaveWarning } from './useLeaveWarning.ts';
import { useSectionLabel } from './useSectionLabel.ts';

type NoteFieldsProps = NoteEditorLoaderProps & OpenedEditor;

/** The sections of a draft, with the save state and the way to signing always in sight. */
export function NoteFields({ editor, leave, noteId, clientId, clientName, title, ...rest }: NoteFieldsProps) {
  const { back, attentionId, inConflict } = rest;
  const noteTitle = useNoteTitle();
  const sectionLabel = useSectionLabel();
  const { busy, run } = useWork();
  const scroller = useRef<ScrollView>(null);
  const scrolled = useRef(editor.position?.scroll ?? 0);
  const restored = useRef(false);
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(editor.sections.map(({ code, text }) => [code, text])),
  );
  useEffect(() => editor.onMerged((merged) => setTexts((held) => ({ ...held, ...merged }))), [editor]);
  useLeaveWarning(editor);

  const positionAt = useCallback(
    (section: string, caret: Caret) => ({
      section,
      selectionStart: caret.start,
      selectionEnd: caret.end,
      scroll: Math.round(scrolled.current),
    }),
    [],
  );
  const change = useCallback(
    (section: string, text: string, caret: Caret) => {
      // The editor first: what it holds is what is saved, whenever this is drawn.
      editor.change(section, text, positionAt(section, caret));
      setTexts((held) => ({ ...held, [section]: text }));
    },
    [editor, positionAt],
  );
  const moveCaret = useCallback(
    (section: string, caret: Caret) => editor.moveCursor(positionAt(section, caret)),
    [editor, positionAt],
  );

  const toSign = () =>
    run(async () => {
      await leave();
      router.replace(`/clients/${clientId}/notes/${noteId}/sign`);
    });
  const first = editor.position ?? null;
  return (
    <Page
      clientId={clientId}
      title={noteTitle(title)}
      subtitle={clientName}
      back={back}
      width={720}
      strip={<Strip editor={editor} busy={busy} onSign={toSign} />}
      scroll={{
        ref: scroller,
        scrollEventThrottle: 100,
        onScroll: (event) => {
          scrolled.current = event.nativeEvent.contentOffset.y;
        },
        onContentSizeChange: () => {
          if (restored.current) return;
          restored.current = true;
          if (first !== null) scroller.current?.scrollTo({ y: first.scroll, animated: false });
        },
      }}
    >
      {attentionId === null ? null : <AttentionNotice attentionId={attentionId} inConflict={inConflict} />}
      {editor.sections.map(({ code, labelKey }, index) => (
        <SectionInput
          key={code}
          code={code}
          label={sectionLabel(labelKey)}
          text={texts[code] ?? ''}
          initialCaret={
            first === null
              ? index === 0
                ? { start: 0, end: 0 }
                : null
              : first.section === code
                ? { start: first.selectionStart, end: first.selectionEnd }
                : null
          }
          onChange={change}
          onCaret={moveCaret}
        />
      ))}
    </Page>
  );
}

interface StripProps {
  readonly editor: NoteEditor;
  readonly busy: boolean;
  readonly onSign: () => void;
}

function Strip({ editor, busy, onSign }: StripProps) {
  const { t } = useTranslation();
  const palette = usePalette();
  return (
    <View
      style={{
        paddingHorizontal: 16,
        paddingVertical: 8,
        alignItems: 'center',
        backgroundColor: palette.raised,
        borderBottomWidth: 1,
        borderBottomColor: palette.line,
      }}
    >
      <View
        style={{
          width: '100%',
          maxWidth: 720,
          flexDirection: 'row',
          alignItems: 'center',
          justifyContent: 'space-between',
          gap: 12,
        }}
      >
        <SaveBadge editor={editor} />
        <Button
          label={t('note.toSign')}
          icon="draw-pen"
          busy={busy}
          testID={testIds.note.toSign}
          onPress={onSign}
        />
      </View>
    </View>
  );
}
